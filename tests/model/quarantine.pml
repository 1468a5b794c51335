/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The life of held mail as a model for spin(1): prepared, answered, armed, crashes, a second try, adoption, and
 * the outbox. The names of states and moves are those of doc/quarantine-states.md; run.sh holds the two together.
 *
 * One client sends MAILS messages, one after the other, through an MTA that asks us. The daemon may end at any point
 * CRASHES times, and what is not on the disk is then gone. The MTA may end once after our answer and before its own.
 *
 * True at the end, whatever happened:
 *   nothing is lost      each message whose client heard 250 has a case of its own, and one that went out was handed over;
 *   doubled in the window only, and marked
 *                        more cases than messages only where the MTA ended after our answer and before its own;
 *   released once        the MTA behind us has each case at most once, and where it has it the case says so;
 *   nothing hangs        no case is left prepared or releasing, and no file without a row.
 *
 * Each of these switches breaks that, and run.sh sees to it that spin finds out:
 *   ANSWER_FIRST   the answer goes out before the rows are on the disk
 *   NO_ADOPTION    a second try never takes the place of the first
 *   FORGET_SENDING the outbox does not note that it begins to send
 *   ALIKE          messages without a Message-ID of the client's are taken for each other: then a later one can take the
 *                  place of an earlier one that was answered just before a crash (doc/quarantine-states.md, The second try)
 */

#ifndef MAILS
#define MAILS 2
#endif
#ifndef CRASHES
#define CRASHES 2
#endif
#define TRIES 2
#define CASES 4
#define NOBODY 255

mtype = { none, prepared, held, claimed, releasing, released, refused, deleted, expired, unknown_outcome };
mtype:reply = { waiting, yes, later, gone };

/* On the disk. A file is there before its row. */
mtype state[CASES] = none;
bool file[CASES];
bool row[CASES];
bool marked[CASES];        /* "same as" an earlier one */
bool sending[CASES];       /* noted in the outbox before the MTA is spoken to */
byte mail[CASES] = NOBODY; /* which message it is; only the proof may look, we see what is the same */

/* What the world knows. */
byte heard;                /* messages whose client heard 250 */
bool done[MAILS];          /* this one heard it */
byte windows;              /* how often the MTA ended between our answer and its own */
byte delivered[CASES];     /* how often the MTA behind us has it */

/* The conversation. */
bool asks;                 /* the end of a message stands before us */
byte current;              /* which one */
mtype:reply answer = waiting;
bool client_is_done;
byte crashes;
bool people_are_done;

#ifdef ALIKE
#define looks_like(c, m) (row[c])
#else
#define looks_like(c, m) (mail[c] == (m))
#endif

inline new_case(c) {
    c = 0;
    do
    :: c < CASES && (file[c] || row[c] || state[c] != none) -> c++
    :: else -> break
    od;
    assert(c < CASES)
}

/* The only place where the process may end: what comes next did not happen. */
inline may_crash() {
    if
    :: crashes < CRASHES -> crashes++; goto crashed
    :: true
    fi
}

proctype Client() {
    byte m, tries;
    for (m : 0 .. MAILS - 1) {
        tries = 0;
        do
        :: !done[m] && tries < TRIES ->
            tries++;
            atomic { current = m; answer = waiting; asks = true };
            answer != waiting;
            if
            :: answer == yes ->
                if
                :: atomic { done[m] = true; heard++ }
                /* The MTA ends before it answers: the client tries again. */
                :: windows < 1 && tries < TRIES -> windows++
                fi
            :: else
            fi
        :: else -> break
        od
    }
    client_is_done = true
}

proctype Daemon() {
    byte c, old;

start:
    /* Crash repair, from the invariant. */
    atomic {
        for (c : 0 .. CASES - 1) {
            if
            :: file[c] && !row[c] -> file[c] = false
            :: else
            fi;
            if
            :: sending[c] -> sending[c] = false; state[c] = unknown_outcome   /* lose */
            :: else
            fi
        }
        c = 0; old = 0
    };

work:
end_idle:
    do
    :: atomic { asks -> asks = false }; goto take
    /* Four hours later no second try has come: clients try again within them, or not at all. */
    :: atomic { client_is_done && !asks && (state[0] == prepared || state[1] == prepared || state[2] == prepared || state[3] == prepared) ->
        for (c : 0 .. CASES - 1) {
            if
            :: state[c] == prepared -> state[c] = held                        /* arm */
            :: else
            fi
        };
        c = 0
    }
    :: atomic { state[0] == releasing || state[1] == releasing || state[2] == releasing || state[3] == releasing -> goto outbox }
    od;

take:
#ifdef ANSWER_FIRST
    answer = yes;
    may_crash();
#endif
    /* 1. the file */
    if
    :: atomic { new_case(c); file[c] = true }
    :: answer = later; goto work   /* the store cannot */
    fi;
    may_crash();
    /* 2. the rows; a second try takes the place of the first, in the same transaction */
    atomic {
        old = 0;
        do
#ifdef NO_ADOPTION
        :: old < CASES -> old = CASES
#else
        :: old < CASES && !(state[old] == prepared && looks_like(old, current)) -> old++
#endif
        :: else -> break
        od;
        if
        :: old < CASES -> state[old] = none; row[old] = false; file[old] = false; mail[old] = NOBODY; marked[old] = false
        :: else
        fi;
        row[c] = true; state[c] = prepared; mail[c] = current;
        old = 0;
        do
        :: old < CASES && !(old != c && row[old] && looks_like(old, current)) -> old++
        :: else -> break
        od;
        marked[c] = (old < CASES);
        old = 0
    };
    may_crash();
    /* 3. the answer */
#ifndef ANSWER_FIRST
    answer = yes;
#endif
    may_crash();
    /* 4. armed */
    state[c] = held;                                                          /* arm */
    c = 0;
    goto work;

outbox:
    /* What a person let go. */
    atomic {
        c = 0;
        do
        :: c < CASES && state[c] != releasing -> c++
        :: else -> break
        od
    };
    if
    :: c == CASES -> goto work
    :: else
    fi;
#ifndef FORGET_SENDING
    sending[c] = true;
#endif
    may_crash();
    if
    :: goto work_after_4xx
    :: atomic { sending[c] = false; state[c] = held }; goto work              /* reject */
    :: delivered[c]++;
        may_crash();
        if
        :: atomic { sending[c] = false; state[c] = released }                 /* accept */
        /* A cut behind the final dot. */
        :: atomic { sending[c] = false; state[c] = unknown_outcome }          /* lose */
        fi
    /* Or before the MTA had all of it, and nobody can tell. */
    :: atomic { sending[c] = false; state[c] = unknown_outcome }              /* lose */
    fi;
    goto work;

work_after_4xx:
    sending[c] = false;
    goto work;

crashed:
    /* The MTA sees the connection end, unless it has its answer. */
    atomic {
        if
        :: answer == waiting && !asks -> answer = gone
        :: else
        fi
    };
    goto start
}

/* Reviewers, who decide each case once or twice, and look at the MTA where the outcome is unknown. */
proctype People() {
    byte c, acts;
    do
    :: acts < 3 ->
        atomic {
            acts++;
            select(c : 0 .. CASES - 1);
            if
            :: state[c] == held -> state[c] = claimed                         /* claim */
            :: state[c] == claimed -> state[c] = held                         /* leave */
            :: state[c] == held || state[c] == claimed -> state[c] = releasing   /* release */
            :: state[c] == held || state[c] == claimed -> state[c] = refused  /* refuse */
            :: state[c] == held || state[c] == claimed -> state[c] = deleted  /* delete */
            :: state[c] == held || state[c] == claimed -> state[c] = expired  /* expire */
            :: state[c] == unknown_outcome && delivered[c] > 0 -> state[c] = released            /* confirm */
            :: state[c] == unknown_outcome && delivered[c] == 0 -> state[c] = releasing  /* release */
            :: state[c] == unknown_outcome && delivered[c] == 0 -> state[c] = refused            /* refuse */
            :: state[c] == unknown_outcome && delivered[c] == 0 -> state[c] = deleted            /* delete */
            :: else
            fi;
            c = 0
        }
    :: break
    od;
    people_are_done = true
}

/* Looks when nothing more can happen. */
proctype Judge() {
    byte c, m, cases, own;
    atomic {
        client_is_done && people_are_done && !asks && answer != waiting;
        /* Everything that the daemon still has to do. */
        state[0] != prepared && state[1] != prepared && state[2] != prepared &&
        state[3] != prepared &&
        state[0] != releasing && state[1] != releasing && state[2] != releasing &&
        state[3] != releasing;
        for (m : 0 .. MAILS - 1) {
            own = 0;
            for (c : 0 .. CASES - 1) {
                if
                :: row[c] && mail[c] == m -> own++; cases++; assert(file[c])
                :: else
                fi
            };
            /* Nothing is lost. */
            assert(!done[m] || own > 0);
            own = 0
        };
        /* Doubled in the window only, and marked. */
        assert(cases <= MAILS + windows);
        for (c : 0 .. CASES - 1) {
            /* Released once, and where it says so. */
            assert(delivered[c] <= 1);
            assert(state[c] != released || delivered[c] == 1);
            assert(delivered[c] == 0 || state[c] == released || state[c] == unknown_outcome);
            m = 0;
            do
            :: m < c && !(row[m] && row[c] && mail[m] == mail[c]) -> m++
            :: else -> break
            od;
            assert(m == c || !row[c] || marked[c] || marked[m]);
            m = 0
        }
    }
}

init {
    atomic { run Client(); run Daemon(); run People(); run Judge() }
}
