-- A row means: this consumer has handled this message, and everything it decided is stored. Whatever of its outgoing
-- messages is not yet known to be with the broker is in ms2m_outbox.
create table ms2m_inbox (
  message_id uuid not null,
  consumer_id uuid not null,
  consumed_at timestamptz not null default now(),
  primary key (message_id, consumer_id)
);

-- Serves: purge what is older than the retention.
create index ms2m_inbox_consumed_at on ms2m_inbox (consumed_at);

-- headers and properties are json, not jsonb: a message leaves with its headers in the order they were written.
create table ms2m_outbox (
  id uuid not null primary key,
  inbox_message_id uuid not null,
  inbox_consumer_id uuid not null,
  position integer not null,
  stored_at timestamptz not null default now(),
  message_id uuid not null,
  correlation_id uuid,
  destination varchar not null,
  content_type varchar not null,
  headers json not null,
  properties json not null,
  body bytea not null,
  expires_at timestamptz
);

-- Serves: what is left of one message, when the broker delivers that message again.
create index ms2m_outbox_inbox on ms2m_outbox (inbox_message_id, inbox_consumer_id);

-- Serves: what a crash left behind, oldest first.
create index ms2m_outbox_stored_at on ms2m_outbox (stored_at);

create table ms2m_timers (
  token uuid not null primary key,
  due_at timestamptz not null,
  correlation_id uuid,
  destination varchar not null,
  content_type varchar not null,
  headers json not null,
  properties json not null,
  body bytea not null
);

-- Serves: take what is due, and how long until the next.
create index ms2m_timers_due_at on ms2m_timers (due_at);

-- One migration at a time holds a workload.
create table ms2m_claims (
  workload varchar not null primary key,
  migration_id uuid not null,
  claimed_at timestamptz not null default now()
);
