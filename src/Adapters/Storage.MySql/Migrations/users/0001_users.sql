-- Times are milliseconds since 1970, UTC. Ids are 64-bit. Enums are the numbers of Chat.Contracts. {bin} is the collation of keys: code
-- points, blanks at the end count. Every statement may run again: a schema change commits by itself, so a step that broke off starts anew.

CREATE TABLE IF NOT EXISTS users (
    id            BIGINT           NOT NULL,
    username      VARCHAR(128)     NOT NULL,
    display_name  TEXT             NOT NULL,
    password_hash TEXT             NOT NULL,
    avatar        TEXT,
    status        TEXT,
    is_admin      TINYINT UNSIGNED NOT NULL,
    disabled      TINYINT UNSIGNED NOT NULL,
    created_at    BIGINT           NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY users_by_name (username)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

-- Where a search by prefix may begin: the user name, and the display name from each of its words on, folded to lower case, cut off at
-- 191 code points.
CREATE TABLE IF NOT EXISTS user_words (
    word     VARCHAR(191) NOT NULL,
    username VARCHAR(128) NOT NULL,
    user_id  BIGINT       NOT NULL,
    PRIMARY KEY (word, username),
    KEY user_words_of_user (user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

CREATE TABLE IF NOT EXISTS user_sessions (
    id            BIGINT        NOT NULL,
    user_id       BIGINT        NOT NULL,
    device        TEXT          NOT NULL,
    refresh_hash  VARBINARY(64) NOT NULL,
    previous_hash VARBINARY(64),            -- of the refresh token before, to tell reuse from noise
    created_at    BIGINT        NOT NULL,
    refreshed_at  BIGINT        NOT NULL,
    expires_at    BIGINT        NOT NULL,
    PRIMARY KEY (id),
    KEY user_sessions_of_user (user_id),
    KEY user_sessions_by_end (expires_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

-- A user's rooms, made from the rooms' member events: candidates, of which the room itself says whether they hold. Rows of rooms that the
-- user left stay, so that an older event that arrives later is known for what it is.
CREATE TABLE IF NOT EXISTS user_rooms (
    user_id   BIGINT           NOT NULL,
    room_id   BIGINT           NOT NULL,
    seq       BIGINT           NOT NULL,  -- the member event
    is_member TINYINT UNSIGNED NOT NULL,
    PRIMARY KEY (user_id, room_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

-- Grows with every change of a user's list.
CREATE TABLE IF NOT EXISTS room_list_versions (
    user_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

-- All node numbers, from the start. held = 0: given back; its end is kept so that the number rests as long as possible. Only those in the
-- database of logical shard 0 are used.
CREATE TABLE IF NOT EXISTS node_leases (
    node       INT              NOT NULL,
    token      BIGINT           NOT NULL,
    held       TINYINT UNSIGNED NOT NULL,
    expires_at BIGINT           NOT NULL,
    PRIMARY KEY (node),
    KEY node_leases_by_end (expires_at, node)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};

INSERT INTO node_leases (node, token, held, expires_at)
SELECT a.n + 4 * b.n + 16 * c.n + 64 * d.n + 256 * e.n, 0, 0, 0
FROM (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) a
CROSS JOIN (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) b
CROSS JOIN (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) c
CROSS JOIN (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) d
CROSS JOIN (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) e
WHERE 1 = 1
ON DUPLICATE KEY UPDATE node = VALUES(node);

-- What signs tokens, shared by all gateways. Only those in the database of logical shard 0 are used.
CREATE TABLE IF NOT EXISTS protection_keys (
    name VARCHAR(191) NOT NULL,
    xml  MEDIUMTEXT   NOT NULL,
    PRIMARY KEY (name)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = {bin};
