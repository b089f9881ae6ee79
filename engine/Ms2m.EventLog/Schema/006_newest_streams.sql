-- Serves: the newest streams, and pages of them in the order in which they began.
create index ms2m_streams_created on mt_streams (created, id);
