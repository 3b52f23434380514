/* LK1: what a carrier that holds things back, or repeats them, does to a lock's clock and to orders (page §0, §7). Spin 6.5.
   ./run.sh clock

   WORLD    Real time T in ticks. The carrier decides what arrives, when and how often: the challenge it asks for, the issuer's token,
            the bearer's order, hints of any value, the roster that takes a right away. The lock may lose
            the time; a boot draws the challenge anew. FRESH ticks stand for the page's 120 s, B for the bound of hints.
   HOLDS    a  Hints never move the clock further than B from where the last token left it, and never end uncertainty.
            b  An order is carried out at most FRESH later than notAfter allows by the lock's own clock; with the time uncertain only an
               essential grant's, at most FRESH of uptime after its challenge was drawn.
            c  A carrier can not move the clock beyond the hints, but for the FRESH that a token may be on its way.
            d  An order is carried out at most FRESH + B after its notAfter, whatever was held back.
            e  What a withheld roster would have taken away works at most FRESH + B longer than staleAfter.
            For c to e a challenge must be good for a token for FRESH of uptime only, which docs/protocol.md adds to the page (§7 Time under
            "Deviations and readings"). Without that (TOKEN_FOR_EVER) who holds a token back, and sees to it that nobody spends the slot's
            challenge meanwhile, sets the clock back by as long; and can hold back an order too, if it names another challenge.
   WITHOUT  the oscillator's own error; the floor of hints and P3 at the newest record; P3's time; more than two challenges.

PAGE §0 475ffb34d548
PAGE §7 Order fb094664fdd6
PAGE §7 Time token dcde45a8ee3c
PAGE §7 Roster 350feecccdc7
PAGE reading §7 Time 9002dd4dcc82

EXPECT PASS
EXPECT FAIL -DTOKEN_FOR_EVER                                the page as it stands: a token held back moves the clock beyond the hints
EXPECT FAIL -DTOKEN_FOR_EVER -DCLOCK_UNSEEN                 and with it an order is carried out as late as the thief likes
EXPECT FAIL -DTOKEN_FOR_EVER -DCLOCK_UNSEEN -DORDERS_UNSEEN and a roster is withheld beyond staleAfter
EXPECT FAIL -DNO_NOT_AFTER             notAfter is not looked at
EXPECT FAIL -DFAR_AHEAD                notAfter may lie as far ahead as the signer likes
EXPECT FAIL -DHINTS_ADD_UP             hints are measured against the clock as hints have left it
EXPECT FAIL -DUNCERTAIN_ALL            with the time uncertain, and a roster without staleAfter, grants that are not essential work as well
EXPECT FAIL -DUNCERTAIN_OLD            with the time uncertain the challenge may be of any age
EXPECT FAIL -DNO_STALE                 staleAfter is not looked at
EXPECT FAIL -DHINT_ENDS_DOUBT          a hint ends the uncertainty
*/
#define TMAX 8
#define FRESH 2
#define B 1
#define STALE 3                    /* staleAfter; the right is taken away before */
#define NEVER 255
#define TOKENS 0                   /* a slot's challenge, which tokens name */
#define ORDERS 1                   /* another's, which orders name: what names the same one spends the other's */
byte T;                            /* real time */
byte drawn[2];                     /* when the challenge of a slot was drawn */
byte token[2] = NEVER;             /* when the issuer signed a token under it */
byte order[2] = NEVER;             /* when the bearer signed an order under it; notAfter is FRESH later by the real time */
short byToken;                     /* lock's clock minus real time, as the last token left it */
short error;                       /* lock's clock minus real time */
bit uncertain, essential;

#define NOW (T + error)
#define BEHIND_MAX (B + FRESH)     /* a hint's bound, and as long as a token may have been held back */
inline draw(c) { drawn[c] = T; token[c] = NEVER; order[c] = NEVER }
#ifdef TOKEN_FOR_EVER
#define IS_TOKEN_GOOD(c) true
#else
#define IS_TOKEN_GOOD(c) IS_YOUNG(c)
#endif
#ifdef NO_NOT_AFTER
#define IS_IN_TIME(c) true
#else
#define IS_IN_TIME(c) (NOW <= notAfter)
#endif
#ifdef FAR_AHEAD
#define AHEAD_MAX TMAX
#else
#define AHEAD_MAX FRESH
#endif
#ifdef UNCERTAIN_ALL
#define MAY_IN_DOUBT true
#else
#define MAY_IN_DOUBT essential
#endif
#define IS_YOUNG(c) (T - drawn[c] < FRESH)
#ifdef UNCERTAIN_OLD
#define IS_YOUNG_IN_DOUBT(c) true
#else
#define IS_YOUNG_IN_DOUBT(c) IS_YOUNG(c)
#endif
#if defined(NO_STALE) || defined(UNCERTAIN_ALL)
#define IS_STALE false
#else
#define IS_STALE (uncertain || NOW >= STALE)
#endif

/* What holds of every order that is carried out. */
inline carryOut() { assert(essential || T < STALE + BEHIND_MAX) /* e */ }

active proctype World() {
  bit c, wasInDoubt; short d, notAfter;
end:
  do
  :: T < TMAX -> T++
  :: !uncertain -> uncertain = 1; essential = 0                      /* the battery was out */
  :: d_step { draw(0); draw(1) }                                     /* a boot */
  :: atomic { c = TOKENS; if :: token[c] == NEVER -> token[c] = T :: else fi; c = 0 }
  :: atomic { c = ORDERS; if :: order[c] == NEVER -> order[c] = T :: else fi; c = 0 }
  :: atomic { c = TOKENS;                                            /* TIME with a token */
     if
     :: token[c] != NEVER && IS_TOKEN_GOOD(c) -> d_step {
          byToken = token[c] - T; error = byToken; uncertain = 0 }
     :: else                                                         /* none, or 7 */
     fi;
     draw(c);
#ifndef CLOCK_UNSEEN
     assert(error <= BEHIND_MAX && error >= -BEHIND_MAX) /* c */;
#endif
     c = 0 }
  :: atomic { d = -B; do :: d < B -> d++ :: break od;                /* TIME with a hint */
     wasInDoubt = uncertain;
#ifdef HINTS_ADD_UP
     if :: !uncertain -> error = error + d :: else fi;
#elif defined(HINT_ENDS_DOUBT)
     error = byToken + d; uncertain = 0;
#else
     if :: !uncertain -> error = byToken + d :: else fi;
#endif
     assert(uncertain || (error - byToken <= B && error - byToken >= -B)) /* a */;
     assert(!wasInDoubt || uncertain) /* a */;
     d = 0; wasInDoubt = 0 }
  :: atomic { c = ORDERS;                                            /* ACT */
     if :: essential = 0 :: essential = 1 fi;
     notAfter = order[c] + FRESH;
#ifdef FAR_AHEAD
     if :: notAfter = TMAX :: skip fi;
#endif
     if
     :: order[c] == NEVER -> skip
     :: order[c] != NEVER && uncertain && MAY_IN_DOUBT && IS_YOUNG_IN_DOUBT(c) && (essential || !IS_STALE) ->
        assert(essential && IS_YOUNG(c)) /* b */; carryOut()
     :: order[c] != NEVER && !uncertain && IS_IN_TIME(c) && notAfter <= NOW + AHEAD_MAX && (essential || !IS_STALE) ->
        assert(NOW <= notAfter && notAfter <= NOW + FRESH) /* b */;
#ifndef ORDERS_UNSEEN
        assert(T <= order[c] + FRESH + BEHIND_MAX) /* d */;
#endif
        carryOut()
     :: else                                                         /* 18, 7, 11, 10, 30 */
     fi;
     draw(c); c = 0; essential = 0; notAfter = 0 }
  od
}
