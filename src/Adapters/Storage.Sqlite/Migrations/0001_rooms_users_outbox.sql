-- Times are milliseconds since 1970, UTC. Ids are 64-bit. Enums are the numbers of Chat.Contracts.

-- users --------------------------------------------------------------------------------------------------------------------------------

CREATE TABLE users (
    id            INTEGER PRIMARY KEY,
    username      TEXT    NOT NULL UNIQUE,
    display_name  TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    avatar        TEXT,
    status        TEXT,
    is_admin      INTEGER NOT NULL,
    disabled      INTEGER NOT NULL,
    created_at    INTEGER NOT NULL
);

-- Where a search by prefix may begin: the user name, and the display name from each of its words on, folded to lower case.
CREATE TABLE user_words (
    word     TEXT    NOT NULL,
    username TEXT    NOT NULL,
    user_id  INTEGER NOT NULL,
    PRIMARY KEY (word, username)
) WITHOUT ROWID;
CREATE INDEX user_words_of_user ON user_words (user_id);

CREATE TABLE user_sessions (
    id            INTEGER PRIMARY KEY,
    user_id       INTEGER NOT NULL,
    device        TEXT    NOT NULL,
    refresh_hash  BLOB    NOT NULL,
    previous_hash BLOB,                 -- of the refresh token before, to tell reuse from noise
    created_at    INTEGER NOT NULL,
    refreshed_at  INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL
);
CREATE INDEX user_sessions_of_user ON user_sessions (user_id);
CREATE INDEX user_sessions_by_end ON user_sessions (expires_at);

-- rooms --------------------------------------------------------------------------------------------------------------------------------

CREATE TABLE rooms (
    id                 INTEGER PRIMARY KEY,
    kind               INTEGER NOT NULL,
    version            INTEGER NOT NULL,  -- with last_seq, what writers compare
    last_seq           INTEGER NOT NULL,
    message_count      INTEGER NOT NULL,
    room_mention_count INTEGER NOT NULL,
    member_count       INTEGER NOT NULL,
    pin_count          INTEGER NOT NULL,
    last_message_seq   INTEGER NOT NULL,
    last_at            INTEGER NOT NULL,
    archived           INTEGER NOT NULL,
    name               TEXT,
    topic              TEXT,
    created_at         INTEGER NOT NULL,
    created_by         INTEGER NOT NULL,
    direct_key         TEXT
);
CREATE UNIQUE INDEX rooms_direct ON rooms (direct_key) WHERE direct_key IS NOT NULL;

-- Public rooms that are not archived, under their folded names. Apart from rooms, whose row changes with every message.
CREATE TABLE room_names (
    room_id INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL
);

-- Members and banned users. The read mark is kept with the counts at the mark, so that what lies after it is a subtraction.
CREATE TABLE room_members (
    room_id            INTEGER NOT NULL,
    user_id            INTEGER NOT NULL,
    role               INTEGER NOT NULL,
    banned             INTEGER NOT NULL,
    joined_seq         INTEGER NOT NULL,
    muted_until        INTEGER,
    mention_count      INTEGER NOT NULL,  -- messages that ever mentioned the user by name
    read_seq           INTEGER NOT NULL,
    read_messages      INTEGER NOT NULL,  -- messages up to the mark
    read_mentions      INTEGER NOT NULL,  -- mentions by name up to the mark
    read_room_mentions INTEGER NOT NULL,  -- mentions of the whole room up to the mark
    PRIMARY KEY (room_id, user_id)
) WITHOUT ROWID;
CREATE INDEX room_members_of_user ON room_members (user_id, room_id) WHERE banned = 0;

-- messages -----------------------------------------------------------------------------------------------------------------------------

-- Also the log's events of kind message: what an edit replaced is kept in the original_ columns.
CREATE TABLE messages (
    room_id                INTEGER NOT NULL,
    seq                    INTEGER NOT NULL,
    id                     INTEGER NOT NULL,
    by_user                INTEGER NOT NULL,
    at                     INTEGER NOT NULL,
    ordinal                INTEGER NOT NULL,  -- messages of the room up to and with this one
    reply_to               INTEGER,
    thread                 INTEGER,
    edited_at              INTEGER,
    deleted                INTEGER NOT NULL,
    pinned_seq             INTEGER,           -- seq of the pin event; null when not pinned
    emoji_count            INTEGER NOT NULL,  -- different emoji set on it now
    mentions_room          INTEGER NOT NULL,
    original_mentions_room INTEGER,
    client_id              TEXT    NOT NULL,
    mentions               TEXT,              -- JSON array of user ids; null for none
    attachments            TEXT,              -- JSON array; null for none
    text                   TEXT    NOT NULL,
    original_mentions      TEXT,
    original_text          TEXT,              -- null when never edited
    PRIMARY KEY (room_id, seq)
) WITHOUT ROWID;
CREATE INDEX messages_of_thread ON messages (room_id, thread, seq) WHERE thread IS NOT NULL;
CREATE INDEX messages_pinned ON messages (room_id, pinned_seq) WHERE pinned_seq IS NOT NULL;

-- The log's events of all other kinds.
CREATE TABLE message_events (
    room_id       INTEGER NOT NULL,
    seq           INTEGER NOT NULL,
    kind          INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    by_user       INTEGER NOT NULL,
    target        INTEGER,
    is_on         INTEGER,
    user_id       INTEGER,
    change        INTEGER,
    role          INTEGER,
    muted_until   INTEGER,
    archived      INTEGER,
    mentions_room INTEGER,
    mentions      TEXT,
    text          TEXT,  -- kind edit
    emoji         TEXT,  -- kind reaction
    name          TEXT,  -- kind room
    topic         TEXT,  -- kind room
    PRIMARY KEY (room_id, seq)
) WITHOUT ROWID;
-- Deleting a message erases the text of its edits.
CREATE INDEX message_events_edits ON message_events (room_id, target) WHERE kind = 2;

-- user_id 0: the whole room was mentioned.
CREATE TABLE message_mentions (
    room_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,  -- mentions of that user in that room up to and with this one
    PRIMARY KEY (room_id, user_id, seq)
) WITHOUT ROWID;

CREATE TABLE message_reactions (
    room_id INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    emoji   TEXT    NOT NULL,
    user_id INTEGER NOT NULL,
    PRIMARY KEY (room_id, seq, emoji, user_id)
) WITHOUT ROWID;

CREATE TABLE message_emoji (
    room_id   INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    emoji     TEXT    NOT NULL,
    users     INTEGER NOT NULL,  -- never 0: the row goes with the last reaction
    first_seq INTEGER NOT NULL,  -- event that set it first, since it was last gone
    PRIMARY KEY (room_id, seq, emoji)
) WITHOUT ROWID;

CREATE TABLE message_client_ids (
    room_id      INTEGER NOT NULL,
    user_id      INTEGER NOT NULL,
    client_id    TEXT    NOT NULL,
    content_hash INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    message_id   INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id, client_id)
) WITHOUT ROWID;
CREATE INDEX message_client_ids_by_time ON message_client_ids (at);

-- infrastructure -----------------------------------------------------------------------------------------------------------------------

-- AUTOINCREMENT: positions grow for ever, also when the newest row was deleted.
CREATE TABLE outbox (
    position  INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id   INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    at        INTEGER NOT NULL
);

-- All node numbers, from the start. held = 0: given back; its end is kept so that the number rests as long as possible.
CREATE TABLE node_leases (
    node       INTEGER PRIMARY KEY,
    token      INTEGER NOT NULL,
    held       INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX node_leases_by_end ON node_leases (expires_at, node);
INSERT INTO node_leases (node, token, held, expires_at)
WITH RECURSIVE numbers (node) AS (SELECT 0 UNION ALL SELECT node + 1 FROM numbers WHERE node < 1023)
SELECT node, 0, 0, 0 FROM numbers;
