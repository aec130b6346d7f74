/* The protocol of the ring (src/server/ring, decisions/011-the-ring.md), for the model checker spin:
 *
 *   spin -a ring.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -m100000
 *
 * The memory has a few units, a record takes 1 or 2 of them, and one that takes 1 may grow to 2 when it is visible
 * already. Positions overflow at twice the memory, as those of the code do at 2^32.
 * Every load and store of the code's is a step of its own here, under the name that it has there. All atomics of
 * JavaScript are sequentially consistent, and plain accesses are ordered by them, so interleaving is all there is.
 *
 * Checked in every interleaving: records come whole and in their order, no unit is written before it was given back,
 * and both sides come to their end: a lost wake-up is an invalid end state. `-DM_...` builds a fault in; spin
 * must then find an error. `model.test.ts` runs all of them.
 */

#ifndef SIZE
#define SIZE    5
#define QUARTER 3 /* free before a waiting writer is woken: room for any record with its padding, as a quarter is */
#endif
#ifndef RECORDS
#define RECORDS 4
#endif
#ifndef GROWTHS
#define GROWTHS 2
#endif
#ifndef AWAKENINGS
#define AWAKENINGS 1 /* how often the reader may wake by itself, for a socket of its own */
#endif
#ifndef START
#define START   0    /* where the positions begin */
#endif
#define WRAP    (2 * SIZE)
#define UNUSED  255

#define BEHIND(a, b) ((a + WRAP - b) % WRAP)

/* Control words, and the two wake-ups on their way: several at once count as one, which can only lose more. */
byte HEAD = START, LAST = START, TAIL = START;
bool ASLEEP, WANTS_ROOM;
bool wakeReader, wakeWriter;
bool isWritten;             /* for the end of the check alone */

byte number[SIZE] = UNUSED; /* what stands in each unit: the record's number in all of its units */
byte length[SIZE];          /* and in its first the units it has; 0 is padding */
byte last = START;          /* where the record begins that was put last */

inline wakeIfAsleep(asleep) {
  if
  :: asleep ->
     atomic { if :: ASLEEP -> ASLEEP = false; wakeReader = true :: else fi }
  :: else
  fi
}

inline publish(asleep) {
  if
  :: position != published ->
     published = position;
#ifdef M_LAST_STORED_AFTER_HEAD
     HEAD = position;
#endif
     if
     :: last != publishedLast -> publishedLast = last; LAST = last
     :: else
     fi;
#ifdef M_ASLEEP_LOADED_FIRST
     asleep = ASLEEP;
     HEAD = position;
#else
     HEAD = position;
     asleep = ASLEEP;
#endif
     wakeIfAsleep(asleep)
  :: else
  fi
}

#define FITS (BEHIND(end, tail) <= SIZE + SLACK)
#ifdef M_ROOM_FOR_ONE_TOO_MANY
#define SLACK 1
#else
#define SLACK 0
#endif

#define CAN_GROW (length[last % SIZE] == 1 && position % SIZE != 0 && BEHIND((position + 1) % WRAP, tail) <= SIZE)

#define WRITE(at) assert(BEHIND(at, TAIL) < SIZE); number[(at) % SIZE] = next

active proctype writer() {
  byte position = START, published = START, publishedLast = START, tail = START, end, start, need, next, grown;
  bool asleep;

  do
  :: next == RECORDS -> break
  :: next > 0 && grown < GROWTHS && CAN_GROW ->
     /* reserveMore, the payload, and put */
     assert(BEHIND(position, TAIL) < SIZE);
     number[position % SIZE] = next - 1;
     length[last % SIZE] = 2;
     d_step { position = (position + 1) % WRAP; grown++ };
     if
     :: publish(asleep)
     :: next < RECORDS -> skip
     fi
  :: next < RECORDS ->
     /* reserve */
again:
     atomic {
       if :: need = 1 :: need = 2 fi;
       start = position;
       if
       :: position % SIZE + need > SIZE -> start = (position + SIZE - position % SIZE) % WRAP
       :: else
       fi;
       end = (start + need) % WRAP
     }
     if
     :: FITS -> skip
     :: else ->
        tail = TAIL;
        if
        :: FITS -> skip
        :: else ->
#ifndef M_NO_PUBLISH_BEFORE_THE_WAIT
           publish(asleep);
#endif
#ifdef M_WANTS_ROOM_STORED_LAST
           tail = TAIL;
           if :: FITS -> goto room :: else fi;
           WANTS_ROOM = true;
#else
           WANTS_ROOM = true;
#ifndef M_NO_SECOND_LOOK_FOR_ROOM
           tail = TAIL;
           if :: FITS -> WANTS_ROOM = false; goto room :: else fi;
#endif
#endif
           atomic { wakeWriter -> wakeWriter = false };
           goto again
        fi
     fi;
room:
     /* the payload, and put */
#ifdef M_HEAD_STORED_BEFORE_THE_PAYLOAD
     HEAD = end;
#endif
     if
     :: start != position -> length[position % SIZE] = 0
     :: else
     fi;
     WRITE(start);
     if
     :: need == 2 -> WRITE((start + 1) % WRAP)
     :: else
     fi;
     length[start % SIZE] = need;
     d_step { position = end; last = start; next++ };
     if
     :: publish(asleep)
     :: next < RECORDS -> skip
     fi
  od;
  isWritten = true
}

/* Where the visible part of a payload ends. The length of the last record is never looked at: it may grow meanwhile. */
inline findStop() {
  if
#ifndef M_LENGTH_OF_THE_LAST_RECORD_READ
  :: start == lastSeen -> stop = head
#endif
  :: else ->
     assert(start != last);
     stop = (start + length[start % SIZE]) % WRAP;
     if
     :: BEHIND(stop, start) > BEHIND(head, start) -> stop = head
     :: else
     fi
  fi
}

active proctype reader() {
  byte position = START, head = START, lastSeen = START, start = START, stop, awakenings, next, at;
  bool isAsleep, wants;

read:
  if
  :: isAsleep -> isAsleep = false; ASLEEP = false
  :: else
  fi;
  if
  :: position == head ->
#ifdef M_LAST_LOADED_FIRST
     lastSeen = LAST;
#endif
     head = HEAD;
     if :: position == head -> goto sleep :: else fi
  :: else
  fi;
#ifndef M_LAST_LOADED_FIRST
  lastSeen = LAST;
#endif
#ifdef M_TAIL_STORED_BEFORE_THE_TAKE
  TAIL = head;
#endif
  /* takeUpTo, with any limit */
  if
  :: next > 0 -> findStop()
  :: else -> stop = position
  fi;
  do
  :: if
     :: stop == position ->
        at = position % SIZE;
        if
        :: length[at] == 0 -> position = (position + SIZE - at) % WRAP
        :: else
        fi;
        d_step { start = position; next++ };
        findStop();
        assert(stop != position)
     :: else
     fi;
     do
     :: position != stop ->
        assert(number[position % SIZE] == next - 1);
        position = (position + 1) % WRAP
     :: else -> break
     od;
     if
     :: position == head -> break
     :: position != head -> break
     :: position != head -> skip
     fi
  od;
  /* giveRoom */
#ifdef M_WANTS_ROOM_LOADED_FIRST
  wants = WANTS_ROOM;
  TAIL = start;
#else
#ifdef M_THE_LAST_RECORD_GIVEN_BACK
  TAIL = position;
#else
#ifndef M_TAIL_STORED_BEFORE_THE_TAKE
  TAIL = start;
#endif
#endif
  wants = WANTS_ROOM;
#endif
  if
  :: wants && BEHIND(head, start) <= SIZE - QUARTER ->
     atomic { if :: WANTS_ROOM -> WANTS_ROOM = false; wakeWriter = true :: else fi }
  :: else
  fi;
  goto read;

sleep:
#ifdef M_ASLEEP_STORED_LAST
  head = HEAD;
  if :: position != head -> goto read :: else fi;
  ASLEEP = true; isAsleep = true;
#else
  ASLEEP = true;
#ifndef M_NO_SECOND_LOOK_FOR_RECORDS
  head = HEAD;
#endif
  isAsleep = true;
  if :: position != head -> isAsleep = false; ASLEEP = false; goto read :: else fi;
#endif
  if
  :: atomic { wakeReader -> wakeReader = false }
  :: atomic { awakenings < AWAKENINGS -> awakenings++ }
  :: isWritten && next == RECORDS && position == HEAD -> goto finished
  fi;
  goto read;

finished:
  assert(position == HEAD)
}
