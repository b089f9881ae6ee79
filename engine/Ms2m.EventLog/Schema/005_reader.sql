-- For analysis: a role of this name sees what happened. The outbox and the timers it does not see: a command on its way may
-- carry the token of a transfer.
do $$
begin
  if exists (select from pg_roles where rolname = 'ms2m_reader') then
    grant usage on schema public to ms2m_reader;
    grant select on mt_streams, mt_events to ms2m_reader;
  end if;
end
$$;
