/* LK1: the lock's log as event record and recovery journal, and RESUME's counter (page §4, §9), with power cuts at any step.
   Spin 6.5. All variants: ./run.sh journal

   WORLD    One lock, two slots, one log. The attacker is the wire and the gateway: it has every S1 that was ever made and sends it
            again whenever it likes, for ever; it makes new ones with any n (so: a gateway that crashed, that runs twice, or whose
            database was put back) and any order that a bearer signed, also one that it has used before, and it may send an order in a
            C. Bearers sign orders under the challenge that a slot has at the moment. The power goes before or after any write to
            flash, any number of times; a write is whole or not there (a torn record fails its h). A hand turns the bolt in the
            dark. A bolt takes its time: meanwhile the lock answers others. The oldest record is recycled at any time.
   HOLDS    a  An order is carried out at most once, for ever.             e  A repeat of an S1 whose record is there gets its result.
            b  "Done" is only said of what was done, "refused" only of     f  Nothing moves the bolt of which no INTENT tells.
               what was not.                                               g  A grant good for USES openings opens USES times.
            c  A slot's counter never goes back, and no n is accepted      h  No (key, nonce) is used for two texts.
               with two S1.
            d  A repeat under the newest n does no harm, record or not.
   FOR h    keys are told apart by what goes into them: k1 by slot, n and R_G, the keys of S2 by H(S1) and R_L. R_G and R_L are
            drawn anew each time, so h is only looked at where one of them is left out.
   UNREACHED  are copies of a line where it can not be: a C has no n; a repeat under the newest n that is not on record was refused,
            its challenge is spent, and it is refused again. That it stays so is what "d" says.
   WITHOUT  the end of an RMS; PASS (its challenge dies with its session); courier and issuer's orders; factory reset (roster.pml);
            wear; bit rot. Cells and table have their own power cuts (lock-sim/power-cuts).

PAGE §4 a28b8a6ad3e1
PAGE §9 846f6c003918

EXPECT PASS
EXPECT PASS -DUSES=1
EXPECT PASS -DWRITES_FAIL
LARGER PASS -DMSGS=3
LARGER PASS -DORDERS=3 -DUSES=2
EXPECT FAIL -DACT_FIRST                 the bolt moves before INTENT
EXPECT FAIL -DNO_HASH                   a repeat is known by its n alone
EXPECT FAIL -DRUN_AGAIN                 boot carries out an INTENT that has no DONE
EXPECT FAIL -DSENSOR                    boot says "done" because the bolt is drawn
EXPECT FAIL -DNO_CELL                   the n of what is no ACT stays in RAM
EXPECT FAIL -DREFUSED_NO_CELL           the n of an ACT that is refused stays in RAM
EXPECT FAIL -DWRITES_FAIL -DNO_READBACK the INTENT is not read back
EXPECT FAIL -DC_HIDES_S1                at boot the newest INTENT counts, though it is a C's and has no n
EXPECT FAIL -DOTHER_SLOT_HIDES          at boot the newest INTENT that has an n counts, for its slot alone
EXPECT FAIL -DSAY_FIRST                 "done" is said before the bolt has moved
EXPECT FAIL -DNO_KEEP                   a record is recycled, and its n with it
EXPECT FAIL -DKEEP_LATE                 a record is recycled, and its n goes to the cell after it
EXPECT FAIL -DKEEP_ALL                  a record is recycled, and its n goes to the cell though that has a newer one
EXPECT FAIL -DNO_CHALLENGE              the counter alone, and an honest gateway: the record is recycled, the S1 repeated
EXPECT FAIL -DSAME_CHALLENGE            an order does not spend the challenge
EXPECT FAIL -DSAME_AT_BOOT              the challenge is the same after a boot
EXPECT FAIL -DBUSY_REFUSES              a repeat that comes while the bolt is on its way is decided again
EXPECT FAIL -DUSES=1 -DCOUNT_EVENTS     uses are counted by the event, not by the INTENT
EXPECT FAIL -DUSES=1 -DFORGET_USES      uses go with the record that is recycled
EXPECT FAIL -DNO_RG                     k1 without R_G
EXPECT FAIL -DNO_RL                     the keys of S2 without R_L
*/
#ifndef MSGS
#define MSGS 2
#endif
#ifndef NMAX
#define NMAX 2
#endif
#ifndef ORDERS
#define ORDERS 2
#endif
#define SLOTS 2
#define LOG ORDERS                 /* each leaves one INTENT at most */
/* Power that goes before the first write of a step, or after its last, goes at rest. */
#define POWER_MAY_GO(when) if :: printf("STEP cut %e\n", when); goto boot :: skip fi

mtype = { none, open, event, done, unknown, refused, jammed, other };            /* states of an order, and answers */
mtype = { at_rest, bolt_moved, after_event, recycling };

typedef Record { bit at; byte nr, s1, order; mtype state; bit counted };   /* INTENT, with what the records after it say of it */
typedef Counter { byte nr, s1 };                                         /* n, and the S1 that brought it: its hash */

/* What was made so far. */
byte made, orders;
bit  mSlot[MSGS + 1]; byte mN[MSGS + 1], mOrder[MSGS + 1];             /* S1 number m; order 0: another command */
bit  oSlot[ORDERS + 1]; bit fresh[ORDERS + 1];                         /* whose challenge it names, and whether that is the current one */
/* Flash. */
Counter cell[SLOTS]; Record log[LOG]; byte records; byte usesInCell;
/* RAM. */
Counter last[SLOTS]; bit underWay;
/* What really happened. */
byte acts[ORDERS + 1]; bit told[ORDERS + 1]; byte total; Counter highest[SLOTS];
#ifdef SENSOR
bit drawn;
#endif
#ifdef NO_RG
byte sealedUnder[SLOTS * (NMAX + 1)];
#endif
#ifdef NO_RL
mtype saidTo[MSGS + 1];
#endif

#define NEWEST log[records - 1]
#ifdef NO_HASH
#define SAME_S1(counter, nn, mm) (counter.nr == (nn))
#else
#define SAME_S1(counter, nn, mm) (counter.nr == (nn) && counter.s1 == (mm))
#endif
#ifdef SAME_AT_BOOT
#define FRESH_AT_BOOT 1
#else
#define FRESH_AT_BOOT 0
#endif
#ifdef SAME_CHALLENGE
#define SPEND(s) skip
#else
#define SPEND(s) o2 = 1; do :: o2 <= ORDERS -> if :: oSlot[o2] == (s) -> fresh[o2] = 0 :: else fi; o2++ :: else -> o2 = 0; break od
#endif
#ifdef NO_CHALLENGE
#define IS_FRESH(o, s) true
#define MAY_CARRY(o) (o == 0 || !carried[o])
bit carried[ORDERS + 1];
#else
#define IS_FRESH(o, s) (fresh[o] && oSlot[o] == (s))
#define MAY_CARRY(o) true
#endif
#ifdef USES
#ifdef COUNT_EVENTS
#define IS_USE(r) (r.state == event || r.state == done)
#else
#define IS_USE(r) true
#endif
inline countUses() {
  d_step { used = usesInCell; i = 0;
    do :: i < records -> if :: !log[i].counted && IS_USE(log[i]) -> used++ :: else fi; i++ :: else -> break od; i = 0 } }
#endif

inline moveBolt(o) { acts[o]++; total++; assert(acts[o] <= 1); /* a */ assert(told[o]) /* f */;
#ifdef USES
  assert(total <= USES) /* g */;
#endif
#ifdef SENSOR
  drawn = 1;
#endif
}
/* c: this S1 counts as accepted from now on. */
inline accept(s, n, m) {
  assert(n > highest[s].nr || (n == highest[s].nr && m == highest[s].s1)); highest[s].nr = n; highest[s].s1 = m }  /* UNREACHED for a C */
inline answer(m, what) {
  if :: what == done -> assert(acts[mOrder[m]] == 1) /* b */ :: what == refused -> assert(!isOnRecord) /* b */ :: else fi;
#ifdef NO_RL
  assert(saidTo[m] == 0 || saidTo[m] == what) /* h */; saidTo[m] = what;
#endif
  skip }

inline recycle() {
  d_step { s2 = log[0].at;
#if !defined(NO_KEEP) && !defined(KEEP_LATE)
    if
#ifdef KEEP_ALL
    :: log[0].nr != 0 ->
#else
    :: log[0].nr != 0 && log[0].nr == last[s2].nr && log[0].s1 == last[s2].s1 ->
#endif
       cell[s2].nr = log[0].nr; cell[s2].s1 = log[0].s1
    :: else fi;
#endif
#if defined(USES) && !defined(FORGET_USES)
    if :: !log[0].counted && IS_USE(log[0]) -> usesInCell++; log[0].counted = 1 :: else fi;
#endif
    keep.nr = log[0].nr; keep.s1 = log[0].s1 }
  POWER_MAY_GO(recycling);
  d_step { i = 1;
    do
    :: i < LOG -> log[i - 1].at = log[i].at; log[i - 1].nr = log[i].nr; log[i - 1].s1 = log[i].s1; log[i - 1].order = log[i].order;
                  log[i - 1].state = log[i].state; log[i - 1].counted = log[i].counted; i++
    :: else -> break
    od;
    records--; log[records].at = 0; log[records].nr = 0; log[records].s1 = 0; log[records].order = 0; log[records].state = none;
    log[records].counted = 0; i = 0 }
#ifdef KEEP_LATE
  POWER_MAY_GO(recycling);
  if :: keep.nr > cell[s2].nr -> cell[s2].nr = keep.nr; cell[s2].s1 = keep.s1 :: else fi;
#endif
  d_step { s2 = 0; keep.nr = 0; keep.s1 = 0 } }

/* decide → INTENT → read back → act; the rest when the bolt has arrived. Sets verdict: open if it was accepted. */
inline act(s, n, m, o) {
  verdict = refused;
#ifdef USES
  countUses();
#endif
  if
  :: !IS_FRESH(o, s) -> skip                                                     /* 7 */
  :: else ->
     d_step { SPEND(s) };  /* UNREACHED for a repeat */
     if
     :: underWay -> skip                                                         /* 24 */  /* UNREACHED for a repeat */
#ifdef USES
     :: !underWay && used >= USES -> skip                                        /* 13 */
     :: !underWay && used < USES ->
#else
     :: !underWay ->
#endif
#ifdef ACT_FIRST
        moveBolt(o);
        POWER_MAY_GO(bolt_moved);
#endif
        if
        :: d_step { log[records].at = s; log[records].nr = n; log[records].s1 = m; log[records].order = o; log[records].state = open;  /* UNREACHED for a repeat */
             records++; told[o] = 1 };
           verdict = open  /* UNREACHED for a repeat */
#ifdef WRITES_FAIL
        :: true -> printf("STEP write_fails\n");                                 /* the flash took nothing and said nothing */
#ifdef NO_READBACK
           moveBolt(o)
#endif
           skip
#endif
        fi;
        if
        :: verdict == open ->
           if :: n != 0 -> last[s].nr = n; last[s].s1 = m; accept(s, n, m) :: else fi;  /* UNREACHED for a C and a repeat */
           underWay = 1;
#ifdef SAY_FIRST
           if :: m != 0 -> answer(m, done) :: else fi;
#endif
        :: else
        fi
     fi
  fi }

active proctype World() {
  byte i, n, m, o, o2, s, s2, k, used; bit isOnRecord; mtype verdict, recorded; Counter keep;
boot:
  atomic {
  d_step { i = 0; n = 0; m = 0; o = 0; o2 = 0; s = 0; s2 = 0; k = 0; used = 0; isOnRecord = 0; verdict = none; recorded = none;
    keep.nr = 0; keep.s1 = 0; underWay = 0;
    o2 = 1; do :: o2 <= orders -> fresh[o2] = FRESH_AT_BOOT; o2++ :: else -> o2 = 0; break od;
    s = 0;
    do :: s < SLOTS -> last[s].nr = cell[s].nr; last[s].s1 = cell[s].s1; s++ :: else -> s = 0; break od }
#ifdef SENSOR
  if :: drawn = 0 :: drawn = 1 :: skip fi;
#endif
  /* The newest n of a slot may stand in an INTENT alone. */
  d_step { i = 0;
    do
    :: i < records ->
#ifdef C_HIDES_S1
       if :: i == records - 1
#elif defined(OTHER_SLOT_HIDES)
       if :: log[i].nr > last[log[i].at].nr && (i == records - 1 || log[records - 1].nr == 0)
#else
       if :: log[i].nr != 0 && log[i].nr >= last[log[i].at].nr
#endif
          -> if :: log[i].nr >= last[log[i].at].nr -> last[log[i].at].nr = log[i].nr; last[log[i].at].s1 = log[i].s1 :: else fi
       :: else fi; i++
    :: else -> i = 0; break
    od;
    do :: s < SLOTS -> assert(last[s].nr >= highest[s].nr) /* c */; s++ :: else -> s = 0; break od }
  if
  :: records > 0 && NEWEST.state == open ->
     POWER_MAY_GO(at_rest);
#ifdef RUN_AGAIN
     o = NEWEST.order; moveBolt(o); o = 0; NEWEST.state = done
#else
#ifdef SENSOR
     if :: drawn -> NEWEST.state = done; assert(acts[NEWEST.order] == 1) /* b */ :: else -> NEWEST.state = unknown fi
#else
     NEWEST.state = unknown
#endif
#endif
  :: records > 0 && NEWEST.state == event -> POWER_MAY_GO(at_rest); NEWEST.state = done
  :: else
  fi };

end:
  do
  :: printf("STEP cut %e\n", at_rest); goto boot

  :: atomic { orders < ORDERS ->                                       /* a bearer signs, under the challenge of one of the slots */
     if :: s = 0 :: orders + made > 0 -> s = 1 fi;   /* the slots are alike */
     d_step { orders++; oSlot[orders] = s; fresh[orders] = 1; printf("STEP sign %d %d\n", orders, s); s = 0 } }

  :: atomic { made < MSGS ->                                           /* the gateway makes an S1 */
     if :: s = 0 :: orders + made > 0 -> s = 1 fi;
     n = 1; do :: n < NMAX -> n++ :: break od;
     o = 0; do :: o < orders -> o++ :: break od;
     if
     :: MAY_CARRY(o) ->
        d_step { made++; mSlot[made] = s; mN[made] = n; mOrder[made] = o;
#ifdef NO_CHALLENGE
          carried[o] = 1;
#endif
          printf("STEP make %d %d %d %d\n", made, s, n, o) };
#ifdef NO_RG
        k = s * (NMAX + 1) + n; assert(sealedUnder[k] == 0) /* h */; sealedUnder[k] = made; k = 0
#endif
     :: else
     fi;
     s = 0;
     d_step { n = 0; o = 0 } }

  :: atomic { records > 1 || (records == 1 && NEWEST.state != open && NEWEST.state != event) ->
     printf("STEP recycle\n"); recycle() }

  :: atomic { underWay ->                                              /* the bolt arrives, or jams */
     o = NEWEST.order; m = NEWEST.s1;
     if
     :: printf("STEP bolt\n");
#ifndef ACT_FIRST
        moveBolt(o);
#endif
        POWER_MAY_GO(bolt_moved);
        NEWEST.state = event;
        POWER_MAY_GO(after_event);
        NEWEST.state = done
     :: printf("STEP jam\n"); NEWEST.state = jammed
     fi;
     underWay = 0;
     verdict = NEWEST.state;
     if :: m != 0 -> answer(m, verdict) :: else fi;
     d_step { m = 0; o = 0; verdict = none } }

#ifndef NO_CHALLENGE
  :: atomic { orders > 0 ->                                            /* a C, in some session */
     o = 1; do :: o < orders -> o++ :: break od;
     printf("STEP c %d\n", o);
     s = oSlot[o];
     act(s, 0, 0, o);
     d_step { o = 0; s = 0; verdict = none; used = 0 } }
#endif

  :: atomic { made > 0 ->                                              /* an S1 arrives, for the first time or again */
     m = 1; do :: m < made -> m++ :: break od;
     s = mSlot[m];
     d_step { n = mN[m]; o = mOrder[m]; recorded = none; i = 0;
       do
       :: i < records -> if :: log[i].at == s && log[i].s1 == m && log[i].nr == n && n != 0 -> isOnRecord = 1 :: else fi;
#ifdef NO_HASH
          if :: log[i].at == s && log[i].nr == n -> recorded = log[i].state :: else fi;
#else
          if :: log[i].at == s && log[i].nr == n && log[i].s1 == m -> recorded = log[i].state :: else fi;
#endif
          i++
       :: else -> i = 0; break
       od };
     printf("STEP deliver %d\n", m);
     if
     :: n < last[s].nr || (n == last[s].nr && !SAME_S1(last[s], n, m)) ->
        assert(!isOnRecord || n < highest[s].nr) /* e */                          /* ERR 1 */
#ifdef BUSY_REFUSES
     :: SAME_S1(last[s], n, m) && (recorded == none || recorded == open || recorded == event) ->
#else
     :: SAME_S1(last[s], n, m) && (recorded == open || recorded == event) -> skip   /* ERR 2 */
     :: SAME_S1(last[s], n, m) && recorded == none ->
#endif
        if
        :: o == 0 -> accept(s, n, m); answer(m, other)
        :: else -> act(s, 0, 0, o); if :: verdict == refused -> answer(m, refused) :: else fi
        fi
     :: SAME_S1(last[s], n, m) && recorded != none && recorded != open && recorded != event ->
        assert(o != 0) /* e */; answer(m, recorded)
     :: n > last[s].nr && o == 0 ->
        last[s].nr = n; last[s].s1 = m;
#ifndef NO_CELL
        d_step { cell[s].nr = n; cell[s].s1 = m };
#endif
        accept(s, n, m);
        answer(m, other)
     :: n > last[s].nr && o != 0 ->
        act(s, n, m, o);
        if
        :: verdict == refused ->
           last[s].nr = n; last[s].s1 = m;
#ifndef REFUSED_NO_CELL
           d_step { cell[s].nr = n; cell[s].s1 = m };
#endif
           accept(s, n, m);
           answer(m, refused)
        :: else
        fi
     fi;
     d_step { n = 0; m = 0; o = 0; s = 0; used = 0; isOnRecord = 0; verdict = none; recorded = none } }
  od
}
