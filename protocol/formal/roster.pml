/* LK1: how a lock comes from one roster to the next (page §6, §7), with power cuts at any step. Spin 6.5. ./run.sh roster

   WORLD    One lock with two copies of the table in flash. Six rosters that issuers really signed (below): two of one epoch, one with
            a key change, one under the key that was changed, one of the next generation. Gateway and courier are the attacker: each
            sends BEGIN, PUT, DROP and COMMIT with what it likes, in any order, between those of the other. The power goes before or
            after any write. Somebody at the lock may reset it. Bearers show grants by id, or carry any document that was ever signed.
   HOLDS    a  At every moment the table is wholly that of the roster that was committed last, or empty.
            b  Within a generation the epoch only rises, so an old roster never comes back; the generation only rises.
            c  A grant opens only as the committed roster will have it: what is absent, superseded or denied opens nothing.
            d  After a key change, under the old key nothing opens and no roster counts.
            e  At rest the log has the record (type 17) of the roster that is committed.
   WITHOUT  time (clock.pml), rights, and whether signatures are good (pass-order.pv); the room in flash; more than two ids in the table.

PAGE §6 3621c80a9191
PAGE §7 Roster 350feecccdc7
PAGE §7 Key change 5cb8cbcb407a

EXPECT PASS
EXPECT FAIL -DIN_PLACE            COMMIT copies grant by grant into the table that decides
EXPECT FAIL -DCOPY_LATE           what is kept is copied after the staging copy has become the table
EXPECT FAIL -DNO_DIGEST           COMMIT looks at neither count nor digest
EXPECT FAIL -DNO_EPOCH            the epoch is not compared
EXPECT FAIL -DEQUAL_EPOCH         the same epoch is new enough
EXPECT FAIL -DNO_GENERATION       the generation is not compared
EXPECT FAIL -DRESET_KEEPS_STAGING a factory reset leaves the staging copy open
EXPECT FAIL -DNO_OWED             the record is appended after COMMIT, and nothing is owed
EXPECT FAIL -DANCHOR_LATE         the new issuer's key comes in a write of its own, after the table
EXPECT FAIL -DOLD_KEY_LIVES       the old key's documents go on being accepted
EXPECT FAIL -DNO_DENIED           carried grants are not looked up in the denied list
EXPECT FAIL -DANY_BYTES           a carried grant opens although the table has its id with other bytes
EXPECT FAIL -DLIVE_KEPT           BEGIN empties the copy that decides
*/
#define TORN 90
#define KEPT 91                    /* the staging copy has what the table has */
#define OLD 1                      /* issuers' keys */
#define NEW 2
/* The rosters, by number: 1, then 2 or 3, then 4 (key change); 5 is what the old key signs afterwards; 6 after a factory reset.
   Documents of a grant: 1 and 2 by the old key, 3 by the new one; 0: not in the table. Id 2 is never in a table. */
#define GENERATION(r) ((r) == 6)
#define EPOCH(r) ((r) == 0 -> 0 : ((r) == 1 || (r) == 6 -> 1 : ((r) <= 3 -> 2 : (r) - 1)))
#define KEY(r) ((r) == 4 -> NEW : OLD)
#define CHANGES_KEY(r) ((r) == 4)
#define WANTS(r, i) ((r) == 0 -> 0 : ((i) == 0 -> ((r) == 1 || (r) == 5 -> 1 : ((r) == 4 -> 3 : 2)) : \
  ((r) == 1 || (r) == 5 -> 1 : ((r) == 3 || (r) == 6 -> 2 : 0))))
#define DENIES(r, i) (((r) == 2 || (r) == 4) && (i) >= 1)
#define SIGNER(document) ((document) == 3 -> NEW : OLD)
#define POWER_MAY_GO if :: printf("STEP cut\n"); goto boot :: skip fi

typedef Copy { byte roster; byte has[2] };
/* Flash: one cell says which copy decides, whether the other is open, who the issuer is, and what record is owed. */
Copy copy[2]; bit live; bit staging; byte issuer = OLD; bit generation; byte owed; byte logged;
/* What was really committed. */
byte committed; bit changed;

#define TABLE copy[live]
#define OTHER copy[1 - live]
#define EFFECTIVE(i) (OTHER.has[i] == KEPT -> TABLE.has[i] : OTHER.has[i])
#ifdef NO_DIGEST
#define IS_WHOLE true
#else
#define IS_WHOLE (EFFECTIVE(0) == WANTS(OTHER.roster, 0) && EFFECTIVE(1) == WANTS(OTHER.roster, 1))
#endif
#ifdef NO_EPOCH
#define IS_NEWER(r) true
#elif defined(EQUAL_EPOCH)
#define IS_NEWER(r) (EPOCH(r) >= EPOCH(TABLE.roster))
#else
#define IS_NEWER(r) (EPOCH(r) > EPOCH(TABLE.roster))
#endif
#ifdef NO_GENERATION
#define IS_OF_NOW(r) true
#else
#define IS_OF_NOW(r) (GENERATION(r) == generation)
#endif
#ifdef OLD_KEY_LIVES
#define IS_ISSUERS(key) ((key) == issuer || (key) == OLD)
#else
#define IS_ISSUERS(key) ((key) == issuer)
#endif
#define MAY_COMMIT(r) (IS_ISSUERS(KEY(r)) || (CHANGES_KEY(r) && issuer == OLD))

inline look() { d_step {
  assert(TABLE.roster == committed && TABLE.has[0] == WANTS(committed, 0) && TABLE.has[1] == WANTS(committed, 1)) /* a */;
  if :: changed -> assert(issuer == NEW) /* d */ :: else fi } }
inline commitsNow(r) {
  assert(GENERATION(r) == generation && EPOCH(r) > EPOCH(committed)) /* b */;
  assert(!changed || KEY(r) == NEW) /* d */;
  committed = r; if :: CHANGES_KEY(r) -> changed = 1 :: else fi }

active proctype World() {
  byte r, i, document;
boot:
  atomic { d_step { r = 0; i = 0; document = 0 };
    look();
    if :: owed != 0 && logged != owed -> logged = owed; POWER_MAY_GO :: else fi;
    owed = 0 };
end:
  do
  :: atomic { look(); assert(logged == committed) /* e */; printf("STEP cut\n"); goto boot }

  :: atomic { r = 1; do :: r < 6 -> r++ :: break od;
     printf("STEP begin %d\n", r);
     if
     :: staging && OTHER.roster == r -> skip                  /* goes on with it */
     :: !(staging && OTHER.roster == r) && IS_OF_NOW(r) && IS_NEWER(r) && MAY_COMMIT(r) ->
        staging = 0;
        POWER_MAY_GO;
#ifdef LIVE_KEPT
        TABLE.has[0] = 0; look();
#endif
        OTHER.roster = 0; OTHER.has[0] = TORN; OTHER.has[1] = TORN;
        POWER_MAY_GO;
        d_step { OTHER.roster = r; OTHER.has[0] = KEPT; OTHER.has[1] = KEPT };
        POWER_MAY_GO;
        staging = 1
     :: else -> skip                                          /* 19, 5 */
     fi; r = 0; look() }

  :: atomic { staging -> if :: i = 0 :: i = 1 fi;             /* PUT; or DROP, if the document is 0 */
     document = 0; do :: document < 3 -> document++ :: break od;
     printf("STEP put %d %d\n", i, document);
     OTHER.has[i] = document; i = 0; document = 0; look() }

  :: atomic { staging -> r = OTHER.roster; printf("STEP commit\n");
     if
     :: IS_WHOLE && MAY_COMMIT(r) ->
#ifdef IN_PLACE
        TABLE.has[0] = EFFECTIVE(0); POWER_MAY_GO; look(); TABLE.has[1] = EFFECTIVE(1); POWER_MAY_GO; look();
#endif
#ifndef COPY_LATE
        if :: OTHER.has[0] == KEPT -> OTHER.has[0] = TABLE.has[0]; POWER_MAY_GO :: else fi;
        if :: OTHER.has[1] == KEPT -> OTHER.has[1] = TABLE.has[1]; POWER_MAY_GO :: else fi;
#endif
        d_step { live = 1 - live; staging = 0; commitsNow(r);
#ifndef NO_OWED
          owed = r;
#endif
#ifndef ANCHOR_LATE
          if :: CHANGES_KEY(r) -> issuer = NEW :: else fi
#endif
        };
#ifdef COPY_LATE
        look();
        if :: TABLE.has[0] == KEPT -> TABLE.has[0] = OTHER.has[0] :: else fi;
        if :: TABLE.has[1] == KEPT -> TABLE.has[1] = OTHER.has[1] :: else fi;
#endif
        POWER_MAY_GO;
#ifdef ANCHOR_LATE
        if :: CHANGES_KEY(r) -> issuer = NEW :: else fi;
#endif
        logged = r;
        POWER_MAY_GO;
        owed = 0
     :: else -> skip                                          /* 20, 5 */
     fi; r = 0; look() }

  :: atomic { !generation -> printf("STEP reset\n");          /* by hand: table, slots, secrets and issuer go in one step */
     d_step { generation = 1; issuer = OLD; owed = 0; logged = 0; committed = 0; changed = 0;
#ifdef RESET_KEEPS_STAGING
       TABLE.roster = 0; TABLE.has[0] = 0; TABLE.has[1] = 0
#else
       staging = 0; live = 0; copy[0].roster = 0; copy[0].has[0] = 0; copy[0].has[1] = 0
#endif
     }; look() }

  :: atomic { if :: i = 0 :: i = 1 fi;                        /* a grant is shown by its id */
     document = TABLE.has[i];
     if
     :: document != 0 && IS_ISSUERS(SIGNER(document)) ->
        assert(document == WANTS(committed, i)) /* c */; assert(!changed || SIGNER(document) == NEW) /* d */
     :: else -> skip                                          /* 8, 5 */
     fi; i = 0; document = 0 }

  :: atomic { i = 0; do :: i < 2 -> i++ :: break od;          /* or carried along */
     document = 1; do :: document < 3 -> document++ :: break od;
     printf("STEP carry %d %d\n", i, document);
     if
     :: TABLE.roster == 0 -> skip                             /* 8 */
     :: TABLE.roster != 0 && !IS_ISSUERS(SIGNER(document)) -> skip                      /* 5 */
#ifndef NO_DENIED
     :: TABLE.roster != 0 && DENIES(TABLE.roster, i) -> skip                            /* 9 */
#endif
#ifndef ANY_BYTES
     :: TABLE.roster != 0 && i < 2 && TABLE.has[i % 2] != 0 && TABLE.has[i % 2] != document -> skip    /* 9 */
#endif
     :: else ->
        assert(!DENIES(committed, i)) /* c */; assert(!changed || SIGNER(document) == NEW) /* d */;
        if :: i < 2 -> assert(WANTS(committed, i % 2) == 0 || WANTS(committed, i % 2) == document) /* c */ :: else fi
     fi; i = 0; document = 0 }
  od
}
