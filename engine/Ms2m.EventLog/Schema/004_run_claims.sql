-- A workload that is being started is claimed too, by the request: until its instance is seen, is refused, or can not
-- come any more. These columns are null in the claim of a migration.
alter table ms2m_claims
  add column instance_id varchar,
  add column node varchar,
  add column deadline timestamptz;
