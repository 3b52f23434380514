/* LK1: a gateway and a lock always find each other again (page §3, §4): by RESUME if they can, else by OPEN. Spin 6.5. ./run.sh link

   WORLD    One gateway, one slot. The gateway has a command to bring, again and again. Requests and replies are lost, the lock's power
            goes, the gateway is killed, its database is put back from the backup of the beginning; all that TROUBLE times, at any moment.
            Besides there is an attacker who repeats the gateway's last O1 or S1 whenever it likes, for ever.
   HOLDS    Under fair scheduling the gateway's command is answered again and again, and in the end it is answered to an S1: RESUME is
            back in use. Neither a crash nor a put-back database nor repeats part the two for good.
   WITHOUT  the limits on O1 (an attacker who repeats one without pause slows OPEN down as jamming does; RESUME is free of them); the
            end of an RMS by age or use; the executed ACT, whose repeats journal.pml has.

PAGE §3 f089c2497c5e
PAGE §4 a28b8a6ad3e1

EXPECT PASS
EXPECT FAIL -DNO_FALLBACK     a gateway whose S1 fails sends the next S1
EXPECT PASS -DNO_CAPS_N       OPEN's n is not taken over: slower, since each failed S1 brings the counter only one further
EXPECT FAIL -DRMS_AT_O2       the lock takes the new RMS when it has answered O1, not when a C has verified
*/
#define TROUBLE 2

byte gatewayN = 2, lockN = 2;                       /* RESUME's counter, durable at both ends */
byte gatewayRms = 2, lockRms = 2, nextRms = 2; /* which OPEN made it; the backup has 1 */
byte heardO1; byte heardN, heardRms;        /* what the attacker repeats */
byte troubles;
bit inDoubt, isResumed;

inline trouble() { troubles < TROUBLE -> troubles++ }
/* Only which counter is above which matters: once RESUME works again both are counted from 1, repeats being behind. */
inline shift() { gatewayN = 1; lockN = 1; heardN = 0 }
/* The lock takes an S1; true if it answers. */
#define TAKES(n, rms) (rms == lockRms && n > lockN)

active proctype Gateway() {
  byte n; bit isAnswered;
end:
  do
  :: atomic { !inDoubt ->                                         /* S1: n is durable before it is sent */
     gatewayN++;
     n = gatewayN; heardN = n; heardRms = gatewayRms; isAnswered = 0;
     if
     :: TAKES(n, gatewayRms) -> lockN = n; if :: isAnswered = 1 :: trouble() fi
     :: else
     fi;
     if :: isAnswered -> isResumed = 1; if :: n == lockN -> shift() :: else fi
        :: else -> isResumed = 0;
#ifndef NO_FALLBACK
           inDoubt = 1
#endif
     fi; n = 0 }
  :: atomic { inDoubt ->                                          /* O1, O2, C, R; heard by the attacker */
     nextRms = (nextRms < 5 -> nextRms + 1 : 3); heardO1 = 1; n = lockN;
     if
     :: lockRms = nextRms;
        if
        :: gatewayRms = nextRms; inDoubt = 0;
#ifndef NO_CAPS_N
           if :: n > gatewayN -> gatewayN = n :: else fi
#endif
        :: trouble()                                              /* R is lost */
        fi
     :: trouble()                                                 /* or anything before it */
     fi; n = 0 }
  :: atomic { trouble(); inDoubt = 0 }                            /* killed: what it remembers of the last exchange is gone */
  :: atomic { trouble(); gatewayN = 0; gatewayRms = 1; inDoubt = 0 } /* put back */
  od
}
active proctype Lock() {
end:
  do
  :: atomic { trouble();
     skip }
  od
}
active proctype Attacker() {
end:
  do
  :: atomic { heardO1 ->                                          /* on a connection of its own: no C follows */
#ifdef RMS_AT_O2
     lockRms = 99;
#endif
     skip }
  :: atomic { heardN != 0 -> if :: TAKES(heardN, heardRms) -> lockN = heardN :: else fi }
  od
}
ltl recovers { [] <> isResumed }
