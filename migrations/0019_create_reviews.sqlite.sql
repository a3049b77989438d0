-- Records that nobody may believe unseen, with the reasons, and what was decided of each. The words
-- are the member's and the reviewer's; they go with the member.
CREATE TABLE reviews (
    review_id        TEXT     NOT NULL CHECK (length(review_id) <= 36),
    account_id       TEXT     NOT NULL CHECK (length(account_id) <= 36),
    kind             TEXT     NOT NULL CHECK (length(kind) <= 10),
    subject_key      TEXT     NOT NULL CHECK (length(subject_key) <= 100),
    activity_id      TEXT              CHECK (length(activity_id) <= 36),
    state            TEXT     NOT NULL CHECK (length(state) <= 10),
    reasons_json     TEXT     NOT NULL CHECK (json_valid(reasons_json)),
    opened_at        TEXT     NOT NULL,
    decided_at       TEXT,
    decided_by_id    TEXT              CHECK (length(decided_by_id) <= 36),
    decision_reason  TEXT              CHECK (length(decision_reason) <= 500),
    appealed_at      TEXT,
    appeal_text      TEXT,
    CONSTRAINT reviews_pk PRIMARY KEY (review_id),
    CONSTRAINT reviews_subject_uq UNIQUE (subject_key),
    CONSTRAINT reviews_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT reviews_kind_ck CHECK (kind IN ('activity', 'account')),
    CONSTRAINT reviews_state_ck CHECK (state IN ('open', 'accepted', 'rejected', 'withdrawn'))
) STRICT
/
-- Serves a member's own reviews, newest first.
CREATE INDEX reviews_account_ix ON reviews (account_id, review_id)
/
-- Serves the reviewers' queue, oldest first.
CREATE INDEX reviews_queue_ix ON reviews (state, review_id)
/
-- What happened to reviews: ids, times and codes, never a word of anybody's. It has no foreign keys,
-- for it outlives what it tells of.
CREATE TABLE review_events (
    review_event_id  TEXT     NOT NULL CHECK (length(review_event_id) <= 36),
    review_id        TEXT     NOT NULL CHECK (length(review_id) <= 36),
    account_id       TEXT     NOT NULL CHECK (length(account_id) <= 36),
    actor_id         TEXT              CHECK (length(actor_id) <= 36),
    kind             TEXT     NOT NULL CHECK (length(kind) <= 10),
    codes_json       TEXT     NOT NULL CHECK (json_valid(codes_json)),
    happened_at      TEXT     NOT NULL,
    CONSTRAINT review_events_pk PRIMARY KEY (review_event_id)
) STRICT
/
CREATE TRIGGER review_events_no_update BEFORE UPDATE ON review_events
BEGIN
    SELECT RAISE(ABORT, 'review_events is append-only');
END
/
CREATE TRIGGER review_events_no_delete BEFORE DELETE ON review_events
BEGIN
    SELECT RAISE(ABORT, 'review_events is append-only');
END
/
-- Serves the history of one review.
CREATE INDEX review_events_review_ix ON review_events (review_id, review_event_id)
/
-- Marks of the shape of recordings, by which copies are found whoever brings them in.
CREATE TABLE activity_marks (
    activity_id      TEXT     NOT NULL CHECK (length(activity_id) <= 36),
    kind             TEXT     NOT NULL CHECK (length(kind) <= 10),
    mark_no          INTEGER  NOT NULL,
    CONSTRAINT activity_marks_pk PRIMARY KEY (activity_id, kind, mark_no),
    CONSTRAINT activity_marks_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
) STRICT
/
-- Serves the search for recordings with the same marks.
CREATE INDEX activity_marks_mark_ix ON activity_marks (kind, mark_no)
/
