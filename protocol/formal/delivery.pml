/* LK1 and the gateway's outbox: how a record comes from a lock to a backend, and back comes the receipt by which the lock may forget it
   (page §6 READ LOG and ACK LOG, §7 Receipt, §9). Spin 6.5. ./run.sh delivery

   WORLD    A lock with room for ROOM records makes N of them, whenever it likes. The gateway pulls, commits what it pulled, has the
            lock sign its head, uploads, takes in the backend's receipt and hands the issuer's receipt to the lock. Each message may be
            lost, each reply too; the gateway may crash between any two steps; once its database is put back from a backup that was
            made at any time. The backend takes what it is sent again, and writes it down when it likes; it may lie about how far it is.
            The power of the lock goes at any step.
   HOLDS    a  The lock forgets without a word only what the backend has for good.
            b  What it forgets for want of room it tells of (type 20), and the gateway tells the backend of the gap.
            c  The gateway never says of a record that the backend has it before it has.
            d  The backend gets records in order, and between two of them whatever is missing is told of as a gap.
            e  As long as the gateway keeps its database and the lock has room, nothing is lost.
   WITHOUT  several locks (each has an outbox of its own) and generations; who signs (pass-order.pv).

PAGE §7 Receipt f50ae72c5567
PAGE §9 846f6c003918

EXPECT PASS
LARGER PASS -DN=6
EXPECT FAIL -DACK_WHEN_STORED    the lock is told to forget what is only in the gateway
EXPECT FAIL -DACK_WHEN_PULLED    and before it is committed there
EXPECT FAIL -DDELIVERED_FIRST    the outbox moves on when a batch is sent, not when its receipt comes
EXPECT FAIL -DBELIEVE_ALL        a receipt for more than was sent is believed
EXPECT FAIL -DGAP_UNTOLD         a gap in the lock's log is passed over
EXPECT FAIL -DLOSS_UNTOLD        power that goes while a block is recycled takes the count of what is lost with it
*/
#ifndef N
#define N 4
#endif
#define ROOM 2
#define POWER_MAY_GO if :: goto boot :: skip fi

/* All are numbers of records: the last one that … */
byte made;                         /* the lock has written */
byte gone;                         /* the lock has forgotten */
byte acknowledged;                 /* a receipt lets the lock forget */
byte owed;                         /* records lost without a receipt that no type 20 record tells of yet: how many */
byte lostTold;                     /* … and how many records it has told were lost */
byte lost;                         /* what it has really lost */
byte stored;                       /* the gateway has committed: a record, or a gap in its place */
bit  gap[N + 1];                   /* of the records through `stored`: the gateway has no more than its absence */
byte delivered;                    /* the gateway has a receipt of the backend for */
byte taken;                        /* the backend has for good, or was told of as a gap */
bit  missing[N + 1];               /* of those: was told of as a gap */
byte arrived;                      /* is on the backend's desk, not yet written down */
byte backup = 255, backupDelivered; bit wasPutBack, wasFull;
bit gapInBackup[N + 1];

active proctype Lock() {
  bit isFull;
boot:
#ifdef LOSS_UNTOLD
  owed = 0;
#endif
  skip;
end:
  do
  :: atomic { goto boot }
  :: atomic { made < N ->
     if
     :: made - gone == ROOM ->                                 /* the oldest goes: one that has a receipt if there is one */
        if
        :: gone < acknowledged -> assert(taken > gone) /* a */; gone++
        :: else -> wasFull = 1; owed++; lost++; gone++; POWER_MAY_GO
        fi
     :: else
     fi;
     made++; lostTold = lostTold + owed; owed = 0 }            /* a type 20 record goes in beside it */
  :: atomic { gone < acknowledged && made > gone + 1 -> assert(taken > gone) /* a */; gone++ }
  :: atomic { made == N -> assert(lostTold + owed == lost) /* b */ }
  od
}

active proctype Gateway() {
  byte pulled, sent, from; bit isGap; byte i;
start:
  atomic { pulled = stored; sent = delivered; isGap = 0; from = 0; i = 0 };
end:
  do
  :: atomic { goto start }                                     /* killed, and started again */
  :: atomic { backup == 255 -> backup = stored; backupDelivered = delivered;
     d_step { i = 1; do :: i <= N -> gapInBackup[i] = gap[i]; i++ :: else -> i = 0; break od } }
  :: atomic { backup != 255 && !wasPutBack -> wasPutBack = 1; stored = backup; delivered = backupDelivered;
     d_step { i = 1; do :: i <= N -> gap[i] = gapInBackup[i]; i++ :: else -> i = 0; break od };
     goto start }

  :: atomic { pulled < made && pulled == stored ->             /* READ LOG, one record a reply, or the gap before it */
     if
     :: gone > pulled -> pulled++; isGap = 1
     :: else -> pulled++; isGap = 0
     fi }
  :: atomic { pulled > stored ->                               /* committed, in one transaction */
     stored++; gap[stored] = isGap; isGap = 0 }

  :: atomic { stored > delivered && arrived <= taken ->        /* upload; the request may be lost */
     sent = delivered + 1;
     if
     :: arrived = sent;
#ifdef GAP_UNTOLD
        if :: gap[sent] -> arrived = taken; delivered = sent :: else fi
#endif
     :: skip
     fi;
#ifdef DELIVERED_FIRST
     delivered = sent;
#endif
     sent = 0 }
  :: atomic { stored > delivered ->                            /* the backend's receipt, true or not */
     if :: from = taken :: from = N fi;
#ifndef BELIEVE_ALL
     if :: from > stored -> from = 0 :: else fi;               /* for more than is here to be sent: not believed */
     if :: from > taken -> from = 0 :: else fi;                /* it only lies about what it was not sent */
#endif
     if :: from > delivered -> delivered = (from > stored -> stored : from); assert(taken >= delivered) /* c */ :: else fi;
     from = 0 }

#ifdef ACK_WHEN_PULLED
  :: atomic { pulled > acknowledged && pulled > gone -> acknowledged = pulled }
#elif defined(ACK_WHEN_STORED)
  :: atomic { stored > acknowledged && stored > gone -> acknowledged = stored }
#else
  :: atomic { delivered > acknowledged && delivered > gone && delivered <= made -> acknowledged = delivered }
#endif
  od
}

active proctype Backend() {
end:
  do
  :: atomic { arrived > taken ->
     assert(arrived == taken + 1) /* d */;
     taken = arrived; missing[taken] = gap[taken];
     assert(!missing[taken] || wasFull || wasPutBack) /* e */;
     arrived = taken }
  :: atomic { arrived <= taken && arrived > 0 -> arrived = 0 } /* what it has already it takes again, and nothing happens */
  od
}
