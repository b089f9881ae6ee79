-- A migration that runs (started_at is set) or waits for its turn. Gone when it has ended. Small: it is read whole.
create table ms2m_slots (
  migration_id uuid not null primary key,
  source_node varchar not null,
  target_node varchar not null,
  priority integer not null,
  requested_at timestamptz not null,
  started_at timestamptz
);
