-- Times are milliseconds since 1970, UTC; months are numbers like 202611, of UTC. Ids are 64-bit. Enums are the numbers of Chat.Contracts.

CREATE TABLE IF NOT EXISTS rooms (
    id                 BIGINT           NOT NULL,
    kind               TINYINT UNSIGNED NOT NULL,
    version            BIGINT           NOT NULL,  -- with last_seq, what writers compare
    last_seq           BIGINT           NOT NULL,
    message_count      BIGINT           NOT NULL,
    room_mention_count BIGINT           NOT NULL,
    member_count       INT              NOT NULL,
    pin_count          INT              NOT NULL,
    last_message_seq   BIGINT           NOT NULL,
    last_at            BIGINT           NOT NULL,
    archived           TINYINT UNSIGNED NOT NULL,
    name               MEDIUMTEXT,
    topic              MEDIUMTEXT,
    created_at         BIGINT           NOT NULL,
    created_by         BIGINT           NOT NULL,
    direct_key         VARCHAR(700),
    last_month         INT              NOT NULL,  -- of the last event
    last_message_month INT              NOT NULL,  -- of the newest message; 0 when there is none
    PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

CREATE TABLE IF NOT EXISTS direct_rooms (
    direct_key VARCHAR(700) NOT NULL,
    room_id    BIGINT       NOT NULL,
    PRIMARY KEY (direct_key)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

-- Public rooms that are not archived, under their folded names.
CREATE TABLE IF NOT EXISTS room_names (
    room_id BIGINT     NOT NULL,
    name    MEDIUMTEXT NOT NULL,
    PRIMARY KEY (room_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

-- Members and banned users. The read mark is kept with the counts at the mark, so that what lies after it is a subtraction.
CREATE TABLE IF NOT EXISTS room_members (
    room_id            BIGINT           NOT NULL,
    user_id            BIGINT           NOT NULL,
    role               TINYINT UNSIGNED NOT NULL,
    banned             TINYINT UNSIGNED NOT NULL,
    joined_seq         BIGINT           NOT NULL,
    muted_until        BIGINT,
    mention_count      BIGINT           NOT NULL,  -- messages that ever mentioned the user by name
    read_seq           BIGINT           NOT NULL,
    read_messages      BIGINT           NOT NULL,  -- messages up to the mark
    read_mentions      BIGINT           NOT NULL,  -- mentions by name up to the mark
    read_room_mentions BIGINT           NOT NULL,  -- mentions of the whole room up to the mark
    PRIMARY KEY (room_id, user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

-- The months in which a room has events: where a seq lies, and how many messages come before. Those that retention took are gone.
CREATE TABLE IF NOT EXISTS room_months (
    room_id              BIGINT NOT NULL,
    month                INT    NOT NULL,
    first_seq            BIGINT NOT NULL,
    messages_before      BIGINT NOT NULL,
    room_mentions_before BIGINT NOT NULL,
    PRIMARY KEY (room_id, month),
    KEY room_months_by_month (month, room_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

-- Changes of members that were committed and are not known to stand in the users' lists yet.
CREATE TABLE IF NOT EXISTS room_list_changes (
    room_id   BIGINT           NOT NULL,
    seq       BIGINT           NOT NULL,
    user_id   BIGINT           NOT NULL,
    is_member TINYINT UNSIGNED NOT NULL,
    at        BIGINT           NOT NULL,  -- when it was written, by the writer's clock
    PRIMARY KEY (room_id, seq),
    KEY room_list_changes_by_time (at)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};
