-- Streams and events as Marten 7, 8 and 9 read them. Names of constraints and indexes are part of that layout.
create table mt_streams (
  id uuid not null constraint pkey_mt_streams_id primary key,
  type varchar,
  version bigint,
  timestamp timestamptz not null default now(),
  snapshot jsonb,
  snapshot_version integer,
  created timestamptz not null default now(),
  tenant_id varchar default '*DEFAULT*',
  is_archived boolean default false
);

create table mt_events (
  seq_id bigint not null constraint pkey_mt_events_seq_id primary key,
  id uuid not null,
  stream_id uuid,
  version bigint not null,
  data jsonb not null,
  bdata bytea,
  type varchar(500) not null,
  timestamp timestamptz not null default now(),
  tenant_id varchar default '*DEFAULT*',
  mt_dotnet_type varchar,
  correlation_id varchar,
  causation_id varchar,
  headers jsonb,
  is_archived boolean default false,
  constraint fkey_mt_events_stream_id foreign key (stream_id) references mt_streams (id) on delete cascade
);

-- Serves: read one stream from a version on. Also the last guard against two writers of one stream.
create unique index pk_mt_events_stream_and_version on mt_events using btree (stream_id, version);

-- Never a column default: a number is drawn only after the version check has passed.
create sequence mt_events_sequence;
alter sequence mt_events_sequence owned by mt_events.seq_id;

create table mt_event_progression (
  name varchar not null constraint pk_mt_event_progression primary key,
  last_seq_id bigint,
  last_updated timestamptz default transaction_timestamp()
);
