-- Messages ever sent into the thread of this one: kept with every send, so that a page of history shows it without a count.
ALTER TABLE messages ADD COLUMN thread_count INTEGER NOT NULL DEFAULT 0;

UPDATE messages SET thread_count = sent.count
FROM (SELECT room_id, thread, count(*) AS count FROM messages WHERE thread IS NOT NULL GROUP BY room_id, thread) AS sent
WHERE messages.room_id = sent.room_id AND messages.seq = sent.thread;
