-- Times are milliseconds since 1970, UTC; months are numbers like 202611, of UTC. Ids are 64-bit. Enums are the numbers of Chat.Contracts.
-- Partitioned tables begin with pmax alone; the partition keeper makes the months.

-- Also the log's events of kind message: what an edit replaced is kept in the original_ columns.
CREATE TABLE IF NOT EXISTS messages (
    room_id                BIGINT           NOT NULL,
    seq                    BIGINT           NOT NULL,
    month                  INT              NOT NULL,
    id                     BIGINT           NOT NULL,
    by_user                BIGINT           NOT NULL,
    at                     BIGINT           NOT NULL,
    ordinal                BIGINT           NOT NULL,            -- messages of the room up to and with this one
    reply_to               BIGINT,
    thread                 BIGINT,
    thread_count           INT              NOT NULL DEFAULT 0,  -- messages ever sent into the thread of this one
    edited_at              BIGINT,
    deleted                TINYINT UNSIGNED NOT NULL DEFAULT 0,
    pinned_seq             BIGINT,                               -- seq of the pin event; null when not pinned
    emoji_count            INT              NOT NULL DEFAULT 0,  -- different emoji set on it now
    mentions_room          TINYINT UNSIGNED NOT NULL,
    original_mentions_room TINYINT UNSIGNED,
    client_id              MEDIUMTEXT       NOT NULL,
    mentions               MEDIUMTEXT,                           -- JSON array of user ids; null for none
    attachments            MEDIUMTEXT,                           -- JSON array; null for none
    text                   MEDIUMTEXT       NOT NULL,
    original_mentions      MEDIUMTEXT,
    original_text          MEDIUMTEXT,                           -- null when never edited
    PRIMARY KEY (room_id, seq, month)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin}
PARTITION BY RANGE (month) (PARTITION pmax VALUES LESS THAN MAXVALUE);

-- The log's events of all other kinds.
CREATE TABLE IF NOT EXISTS message_events (
    room_id       BIGINT           NOT NULL,
    seq           BIGINT           NOT NULL,
    month         INT              NOT NULL,
    commit_id     BIGINT           NOT NULL,  -- drawn for the commit: proves which of two wrote it
    kind          TINYINT UNSIGNED NOT NULL,
    at            BIGINT           NOT NULL,
    by_user       BIGINT           NOT NULL,
    target        BIGINT,
    is_on         TINYINT UNSIGNED,
    user_id       BIGINT,
    `change`      TINYINT UNSIGNED,
    role          TINYINT UNSIGNED,
    muted_until   BIGINT,
    archived      TINYINT UNSIGNED,
    mentions_room TINYINT UNSIGNED,
    mentions      MEDIUMTEXT,
    text          MEDIUMTEXT,  -- kind edit
    emoji         MEDIUMTEXT,  -- kind reaction
    name          MEDIUMTEXT,  -- kind room
    topic         MEDIUMTEXT,  -- kind room
    PRIMARY KEY (room_id, seq, month),
    KEY message_events_of_target (room_id, target)  -- deleting a message erases the text of its edits
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin}
PARTITION BY RANGE (month) (PARTITION pmax VALUES LESS THAN MAXVALUE);

-- emoji_key: the emoji, or a hash of one that is too long for an index. month: the message's.
CREATE TABLE IF NOT EXISTS message_reactions (
    room_id   BIGINT       NOT NULL,
    seq       BIGINT       NOT NULL,
    month     INT          NOT NULL,
    user_id   BIGINT       NOT NULL,
    emoji_key VARCHAR(128) NOT NULL,
    PRIMARY KEY (room_id, seq, month, user_id, emoji_key)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin}
PARTITION BY RANGE (month) (PARTITION pmax VALUES LESS THAN MAXVALUE);

CREATE TABLE IF NOT EXISTS message_emoji (
    room_id   BIGINT       NOT NULL,
    seq       BIGINT       NOT NULL,
    month     INT          NOT NULL,
    emoji_key VARCHAR(128) NOT NULL,
    emoji     MEDIUMTEXT   NOT NULL,
    users     INT          NOT NULL,  -- never 0: the row goes with the last reaction
    first_seq BIGINT       NOT NULL,  -- event that set it first, since it was last gone
    PRIMARY KEY (room_id, seq, month, emoji_key)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin}
PARTITION BY RANGE (month) (PARTITION pmax VALUES LESS THAN MAXVALUE);

-- Unique over all time, which a partitioned table cannot promise. client_key: the clientId, or a hash of one too long for an index.
CREATE TABLE IF NOT EXISTS message_client_ids (
    room_id      BIGINT       NOT NULL,
    user_id      BIGINT       NOT NULL,
    client_key   VARCHAR(128) NOT NULL,
    content_hash BIGINT       NOT NULL,
    seq          BIGINT       NOT NULL,
    message_id   BIGINT       NOT NULL,
    at           BIGINT       NOT NULL,
    PRIMARY KEY (room_id, user_id, client_key),
    KEY message_client_ids_by_time (at)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

-- user_id 0: the whole room was mentioned.
CREATE TABLE IF NOT EXISTS message_mentions (
    room_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,  -- mentions of that user in that room up to and with this one
    PRIMARY KEY (room_id, user_id, seq)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

-- The messages of a thread, beside the one that it hangs on, and where they lie.
CREATE TABLE IF NOT EXISTS message_threads (
    room_id BIGINT NOT NULL,
    thread  BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    month   INT    NOT NULL,
    PRIMARY KEY (room_id, thread, seq)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

CREATE TABLE IF NOT EXISTS message_pins (
    room_id    BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    month      INT    NOT NULL,
    pinned_seq BIGINT NOT NULL,
    PRIMARY KEY (room_id, seq)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

CREATE TABLE IF NOT EXISTS outbox (
    position  BIGINT NOT NULL AUTO_INCREMENT,
    room_id   BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq  BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (position)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};
