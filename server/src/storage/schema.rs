//! The tables. Only routing columns are clear: names of things, units, matters, states, times, counts. Everything
//! that tells of a person is sealed under the key of its case, its unit or the server.

/// Version of the tables; a database of a later one is not touched.
pub(super) const VERSION: i64 = 1;

/// Statements that make the tables. `BYTEA` reads as `BLOB` in SQLite.
pub(super) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS content (hash TEXT PRIMARY KEY, kind TEXT NOT NULL, body BYTEA NOT NULL, at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS edition (version BIGINT PRIMARY KEY, body BYTEA NOT NULL, at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS definition_release (number BIGINT PRIMARY KEY, body BYTEA NOT NULL, signature BYTEA NOT NULL, certificate BYTEA NOT NULL, certificate_signature BYTEA NOT NULL, at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS roster (version BIGINT PRIMARY KEY, sealed BYTEA NOT NULL, at BIGINT NOT NULL, superseded BIGINT)",
    "CREATE TABLE IF NOT EXISTS account (officer TEXT PRIMARY KEY, salt BYTEA NOT NULL, iterations BIGINT NOT NULL, hash BYTEA NOT NULL, failures BIGINT NOT NULL, last_failure BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS unit_key (unit TEXT PRIMARY KEY, wrapped BYTEA NOT NULL, escrow_public BYTEA NOT NULL, escrow_sealed BYTEA NOT NULL)",
    "CREATE TABLE IF NOT EXISTS enrolment (token TEXT PRIMARY KEY, unit TEXT NOT NULL, window_name TEXT NOT NULL, expires BIGINT NOT NULL, used_key BYTEA, answer BYTEA)",
    "CREATE TABLE IF NOT EXISTS terminal (id TEXT PRIMARY KEY, unit TEXT NOT NULL, window_name TEXT NOT NULL, public_key BYTEA NOT NULL, epoch BIGINT NOT NULL, state TEXT NOT NULL, UNIQUE (unit, window_name))",
    "CREATE TABLE IF NOT EXISTS stream (terminal TEXT NOT NULL, epoch BIGINT NOT NULL, expected BIGINT NOT NULL, chain_seq BIGINT NOT NULL, chain_head BYTEA NOT NULL, PRIMARY KEY (terminal, epoch))",
    "CREATE TABLE IF NOT EXISTS applied (terminal TEXT NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL, act_hash BYTEA NOT NULL, act_id TEXT NOT NULL, case_id TEXT NOT NULL, lock TEXT NOT NULL, sealed_act BYTEA NOT NULL, sealed_result BYTEA NOT NULL, outcome TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (terminal, epoch, seq))",
    "CREATE INDEX IF NOT EXISTS applied_of_act ON applied (act_id)",
    "CREATE TABLE IF NOT EXISTS case_file (id TEXT PRIMARY KEY, unit TEXT NOT NULL, tree TEXT NOT NULL, matter TEXT NOT NULL, state TEXT NOT NULL, wrapped BYTEA NOT NULL, version BIGINT NOT NULL, head BYTEA NOT NULL, changed BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS event (case_id TEXT NOT NULL, version BIGINT NOT NULL, id TEXT NOT NULL UNIQUE, sealed BYTEA NOT NULL, delegation BYTEA NOT NULL, terminal TEXT NOT NULL, epoch BIGINT NOT NULL, author_seq BIGINT NOT NULL, PRIMARY KEY (case_id, version))",
    "CREATE TABLE IF NOT EXISTS author_event (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, terminal TEXT NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL, hash BYTEA NOT NULL, placed BIGINT)",
    "CREATE TABLE IF NOT EXISTS change (tree TEXT NOT NULL, position BIGINT NOT NULL, unit TEXT NOT NULL, case_id TEXT NOT NULL, version BIGINT NOT NULL, terminal TEXT NOT NULL, epoch BIGINT NOT NULL, outbox_seq BIGINT NOT NULL, PRIMARY KEY (tree, position))",
    "CREATE INDEX IF NOT EXISTS change_of_unit ON change (tree, unit, position)",
    "CREATE INDEX IF NOT EXISTS change_of_author ON change (terminal, epoch, outbox_seq)",
    "CREATE TABLE IF NOT EXISTS delegation (hash TEXT PRIMARY KEY, body BYTEA NOT NULL, signature BYTEA NOT NULL)",
    "CREATE TABLE IF NOT EXISTS settled_act (act_id TEXT NOT NULL PRIMARY KEY, case_id TEXT NOT NULL, by_act TEXT NOT NULL, at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS conflict (terminal TEXT NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL, case_id TEXT NOT NULL, version BIGINT NOT NULL, sealed BYTEA NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (terminal, epoch, seq))",
    "CREATE TABLE IF NOT EXISTS number_block (request TEXT PRIMARY KEY, unit TEXT NOT NULL, kind TEXT NOT NULL, year BIGINT NOT NULL, terminal TEXT NOT NULL, epoch BIGINT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS number_block_of ON number_block (terminal, epoch)",
    "CREATE TABLE IF NOT EXISTS number_used (kind TEXT NOT NULL, unit TEXT NOT NULL, year BIGINT NOT NULL, serial BIGINT NOT NULL, case_id TEXT NOT NULL, act_id TEXT NOT NULL, PRIMARY KEY (kind, unit, year, serial))",
    "CREATE TABLE IF NOT EXISTS register_answer (query_id TEXT NOT NULL, digest TEXT NOT NULL, terminal TEXT NOT NULL, case_id TEXT, query TEXT NOT NULL, lock TEXT NOT NULL, sealed BYTEA NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (query_id, digest))",
    "CREATE TABLE IF NOT EXISTS downstream (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, digest TEXT NOT NULL, sealed_request BYTEA NOT NULL, sealed_answer BYTEA, at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS blob (id TEXT PRIMARY KEY, length BIGINT NOT NULL, complete BIGINT NOT NULL, terminal TEXT NOT NULL, at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS blob_key (blob TEXT NOT NULL, case_id TEXT NOT NULL, unit TEXT NOT NULL, lock TEXT NOT NULL, sealed_key BYTEA NOT NULL, PRIMARY KEY (blob, case_id))",
    "CREATE TABLE IF NOT EXISTS blob_piece (blob TEXT NOT NULL, piece BIGINT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (blob, piece))",
    "CREATE TABLE IF NOT EXISTS access_log (position BIGINT PRIMARY KEY, at BIGINT NOT NULL, terminal TEXT NOT NULL, what TEXT NOT NULL, case_id TEXT NOT NULL, blob TEXT NOT NULL, previous BYTEA NOT NULL, hash BYTEA NOT NULL)",
    "CREATE TABLE IF NOT EXISTS address_package (version BIGINT PRIMARY KEY, body BYTEA NOT NULL, at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS address_piece (version BIGINT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (version, hash))",
    "CREATE TABLE IF NOT EXISTS notice (case_id TEXT NOT NULL, unit TEXT NOT NULL, version BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (case_id, unit))",
    "CREATE TABLE IF NOT EXISTS device_report (terminal TEXT PRIMARY KEY, body BYTEA NOT NULL, at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS case_token (token TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (token, case_id))",
];
