"""The tables of a store, as numbered migrations: each is run once, in order, and never changed afterwards."""

MIGRATIONS: tuple[str, ...] = (
    """
    -- What is known of the store itself: seed, when and by which hyllm it was made.
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    -- What requests say: prompt, schema, model, parameters, as text. The newest adopted one is in force.
    CREATE TABLE setups (
        id INTEGER PRIMARY KEY,
        created TEXT NOT NULL,
        hyllm TEXT NOT NULL,
        pinned TEXT NOT NULL,        -- JSON: everything in a request but the page
        prompts TEXT NOT NULL,       -- JSON: the prompt files that further turns are worded by
        schemas TEXT NOT NULL,       -- JSON: the JSON Schema of each kind's records, under its plural
        ask_again INTEGER NOT NULL,
        gazetteer TEXT,              -- JSON of a gazetteer of the user's own
        adopted INTEGER NOT NULL,    -- 0: on trial
        key BLOB NOT NULL UNIQUE
    );

    -- Each start of `batch run`.
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        started TEXT NOT NULL,
        ended TEXT,
        hyllm TEXT NOT NULL,
        process INTEGER NOT NULL,
        outcome TEXT,                -- NULL: it is running, or was killed
        notes TEXT                   -- what watching the model has shown
    );

    -- Page texts, each once, however many files hold it.
    CREATE TABLE texts (
        id INTEGER PRIMARY KEY,
        sha256 BLOB NOT NULL UNIQUE,
        chars INTEGER NOT NULL,
        tokens INTEGER NOT NULL,     -- estimated
        text BLOB NOT NULL           -- UTF-8, deflated
    );

    -- What was looked through: an unchanged file is not opened again.
    CREATE TABLE files (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        changed INTEGER NOT NULL,    -- its time of change, nanoseconds
        reading BLOB NOT NULL,       -- hash of the options it was read with
        seen INTEGER NOT NULL        -- the scan that saw it last
    );

    -- Pages by their ids. Two with one text are doubles; one was moved if an older scan saw it last.
    CREATE TABLE pages (
        id INTEGER PRIMARY KEY,
        page TEXT NOT NULL UNIQUE,
        text_id INTEGER NOT NULL REFERENCES texts,
        file_id INTEGER REFERENCES files,
        paper TEXT,
        issue_date TEXT,
        page_no TEXT,
        city TEXT,
        extra TEXT NOT NULL,         -- JSON
        conflicts TEXT NOT NULL,     -- JSON: sources of metadata that disagree
        encoding TEXT,
        changed INTEGER NOT NULL,    -- when its file changed, nanoseconds; 0: not known
        added INTEGER NOT NULL,      -- the scan in which it came, or got its text
        seen INTEGER NOT NULL        -- the scan that saw it last
    );
    CREATE INDEX pages_text ON pages (text_id);
    CREATE INDEX pages_logical ON pages (paper, issue_date, page_no);

    -- Inputs that are no page.
    CREATE TABLE unreadable (
        place TEXT PRIMARY KEY,
        message TEXT NOT NULL,
        file_id INTEGER REFERENCES files,
        seen INTEGER NOT NULL
    );

    -- One text to be asked about with one setup.
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY,
        text_id INTEGER NOT NULL REFERENCES texts,
        setup_id INTEGER NOT NULL REFERENCES setups,
        rank INTEGER NOT NULL,       -- the place in the shuffle
        state TEXT NOT NULL,         -- open sent answered done partial failed aside fault older
        turn INTEGER NOT NULL DEFAULT 0,   -- the next request to be sent: 0 the first, 1 … further turns
        blame INTEGER NOT NULL DEFAULT 0,  -- how far it is suspected of killing runs
        cause TEXT,                  -- why it failed, in a word or two
        message TEXT,
        UNIQUE (text_id, setup_id)
    );
    CREATE INDEX jobs_rank ON jobs (setup_id, rank);
    CREATE INDEX jobs_open ON jobs (setup_id, blame, turn DESC, rank) WHERE state = 'open';
    CREATE INDEX jobs_answered ON jobs (id) WHERE state = 'answered';
    CREATE INDEX jobs_sent ON jobs (id) WHERE state = 'sent';
    CREATE INDEX jobs_failed ON jobs (cause) WHERE state IN ('failed', 'aside', 'fault');

    -- Bodies of further turns. Those of first requests follow from text and setup.
    CREATE TABLE turns (
        job_id INTEGER NOT NULL REFERENCES jobs,
        turn INTEGER NOT NULL,       -- in the order in which they were asked
        name TEXT NOT NULL,          -- which request of the page it is, as reading it knows it
        body BLOB NOT NULL,          -- JSON, deflated
        PRIMARY KEY (job_id, turn)
    ) WITHOUT ROWID;

    -- Every request that went out, written before it does.
    CREATE TABLE attempts (
        id INTEGER PRIMARY KEY,
        job_id INTEGER NOT NULL REFERENCES jobs,
        turn INTEGER NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs,
        purpose TEXT NOT NULL DEFAULT 'page',   -- page, or watch: asked again to watch the model
        request_key BLOB NOT NULL,
        started REAL NOT NULL,       -- seconds since 1970
        ended REAL,
        outcome TEXT,                -- NULL: under way. answer, passing, error; uncertain: its run was killed
        cause TEXT,
        message TEXT,
        model TEXT,                  -- as the endpoint names it
        fingerprint TEXT,            -- system_fingerprint
        prompt_tokens INTEGER,
        cached_tokens INTEGER,
        completion_tokens INTEGER,
        cost REAL                    -- dollars; where the endpoint does not tell tokens, estimated
    );
    CREATE INDEX attempts_job ON attempts (job_id);
    CREATE INDEX attempts_open ON attempts (id) WHERE outcome IS NULL;

    -- What came for each request of a job, before it is read; the last of several for one turn counts.
    CREATE TABLE answers (
        attempt_id INTEGER PRIMARY KEY REFERENCES attempts,
        job_id INTEGER NOT NULL REFERENCES jobs,
        turn INTEGER NOT NULL,
        is_error INTEGER NOT NULL,   -- raw is JSON {message, reason}: no answer will come
        units BLOB,                  -- of a first request: the units as the model saw them
        raw BLOB NOT NULL,           -- the body as it came, deflated
        void INTEGER NOT NULL DEFAULT 0    -- asked anew since
    );
    CREATE INDEX answers_job ON answers (job_id, turn);

    -- What was read: the prediction line, with records, grounding, problems and usage.
    CREATE TABLE results (
        job_id INTEGER PRIMARY KEY REFERENCES jobs,
        status TEXT NOT NULL,
        records INTEGER NOT NULL,
        hyllm TEXT NOT NULL,
        line BLOB NOT NULL           -- JSON, deflated
    );

    -- What a person corrects. Append-only.
    CREATE TABLE corrections (
        id INTEGER PRIMARY KEY,
        made TEXT NOT NULL,
        who TEXT NOT NULL,
        text_sha256 BLOB NOT NULL,
        record_id TEXT NOT NULL,
        field TEXT NOT NULL,         -- JSON Pointer below the record
        start INTEGER,
        "end" INTEGER,
        old TEXT,                    -- JSON
        new TEXT,                    -- JSON
        note TEXT
    );
    CREATE TRIGGER corrections_stay BEFORE UPDATE ON corrections
        BEGIN SELECT RAISE(ABORT, 'corrections are append-only'); END;
    CREATE TRIGGER corrections_stay_too BEFORE DELETE ON corrections
        BEGIN SELECT RAISE(ABORT, 'corrections are append-only'); END;
    """,
    """
    -- Files of requests, for an endpoint's Batch API or an offline runner. A job whose request is out in one has
    -- the state `out`, the attempt the outcome `out` until something comes for it, and `unsent` if it went nowhere.
    CREATE TABLE batch_files (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,   -- absolute
        setup_id INTEGER NOT NULL REFERENCES setups,
        run_id INTEGER NOT NULL REFERENCES runs,
        written TEXT NOT NULL,
        requests INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        sha256 BLOB NOT NULL,
        price TEXT,                  -- JSON: dollars a million tokens sent, sent and cached, received, and since when
        base_url TEXT,               -- where it was submitted
        input_file TEXT,             -- its id there
        batch TEXT,                  -- the batch's id there
        status TEXT,                 -- what was last heard of the batch
        ended TEXT                   -- since when nothing is out in it any more
    );

    -- Each request in them.
    CREATE TABLE batch_requests (
        attempt_id INTEGER PRIMARY KEY REFERENCES attempts,
        file_id INTEGER NOT NULL REFERENCES batch_files,
        custom_id TEXT NOT NULL UNIQUE,
        units BLOB,                  -- of a first request: the units as the model sees them
        tokens REAL NOT NULL,        -- what it may take, at worst or nearly
        dollars REAL NOT NULL        -- 0 where no price is known
    );
    CREATE INDEX batch_requests_file ON batch_requests (file_id);

    -- Each reading of files of answers.
    CREATE TABLE batch_reads (
        id INTEGER PRIMARY KEY,
        made TEXT NOT NULL,
        files TEXT NOT NULL,         -- JSON: path and SHA-256 of each
        counts TEXT NOT NULL         -- JSON: what their lines were
    );
    CREATE INDEX attempts_out ON attempts (id) WHERE outcome = 'out';
    CREATE INDEX jobs_out ON jobs (setup_id) WHERE state = 'out';
    """,
    """
    CREATE INDEX pages_file ON pages (file_id);
    CREATE INDEX unreadable_file ON unreadable (file_id);
    """,
)
ONLY_INDEXES = frozenset({3})
"""Migrations that change nothing that is kept, and so need no copy."""

APPLICATION_ID = 0x68794C4D
"""Marks a SQLite file as a store: hyLM."""
