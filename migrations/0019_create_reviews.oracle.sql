-- Records that nobody may believe unseen, with the reasons, and what was decided of each. The words
-- are the member's and the reviewer's; they go with the member.
CREATE TABLE reviews (
    review_id        VARCHAR2(36 CHAR)            NOT NULL,
    account_id       VARCHAR2(36 CHAR)            NOT NULL,
    kind             VARCHAR2(10 CHAR)            NOT NULL,
    subject_key      VARCHAR2(100 CHAR)           NOT NULL,
    activity_id      VARCHAR2(36 CHAR),
    state            VARCHAR2(10 CHAR)            NOT NULL,
    reasons_json     JSON                         NOT NULL,
    opened_at        TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    decided_at       TIMESTAMP(6) WITH TIME ZONE,
    decided_by_id    VARCHAR2(36 CHAR),
    decision_reason  VARCHAR2(500 CHAR),
    appealed_at      TIMESTAMP(6) WITH TIME ZONE,
    appeal_text      CLOB,
    CONSTRAINT reviews_pk PRIMARY KEY (review_id),
    CONSTRAINT reviews_subject_uq UNIQUE (subject_key),
    CONSTRAINT reviews_account_fk FOREIGN KEY (account_id) REFERENCES accounts (account_id),
    CONSTRAINT reviews_kind_ck CHECK (kind IN ('activity', 'account')),
    CONSTRAINT reviews_state_ck CHECK (state IN ('open', 'accepted', 'rejected', 'withdrawn'))
)
/
-- Serves a member's own reviews, newest first.
CREATE INDEX reviews_account_ix ON reviews (account_id, review_id)
/
-- Serves the reviewers' queue, oldest first.
CREATE INDEX reviews_queue_ix ON reviews (state, review_id)
/
-- What happened to reviews: ids, times and codes, never a word of anybody's. It has no foreign keys,
-- for it outlives what it tells of.
CREATE IMMUTABLE TABLE review_events (
    review_event_id  VARCHAR2(36 CHAR)            NOT NULL,
    review_id        VARCHAR2(36 CHAR)            NOT NULL,
    account_id       VARCHAR2(36 CHAR)            NOT NULL,
    actor_id         VARCHAR2(36 CHAR),
    kind             VARCHAR2(10 CHAR)            NOT NULL,
    codes_json       JSON                         NOT NULL,
    happened_at      TIMESTAMP(6) WITH TIME ZONE  NOT NULL,
    CONSTRAINT review_events_pk PRIMARY KEY (review_event_id)
) NO DROP UNTIL 0 DAYS IDLE NO DELETE LOCKED
/
-- Serves the history of one review.
CREATE INDEX review_events_review_ix ON review_events (review_id, review_event_id)
/
-- Marks of the shape of recordings, by which copies are found whoever brings them in.
CREATE TABLE activity_marks (
    activity_id  VARCHAR2(36 CHAR)  NOT NULL,
    kind         VARCHAR2(10 CHAR)  NOT NULL,
    mark_no      NUMBER(19)         NOT NULL,
    CONSTRAINT activity_marks_pk PRIMARY KEY (activity_id, kind, mark_no),
    CONSTRAINT activity_marks_activity_fk FOREIGN KEY (activity_id)
        REFERENCES activities (activity_id)
)
/
-- Serves the search for recordings with the same marks.
CREATE INDEX activity_marks_mark_ix ON activity_marks (kind, mark_no)
/
