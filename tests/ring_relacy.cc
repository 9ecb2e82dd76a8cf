/* ring_relacy.cc - mixer/ring.c itself under Relacy, which plays a weak memory
 *
 * tests/test_ring_relacy.sh turns ring.c into ring_relacy.inc: its atomics and the cached positions
 * become Relacy's. What the items hold is kept beside the ring in variables that Relacy watches, at
 * the index that the ring's spans point to; a place that both threads touch without order between
 * them is a data race, whatever was read. Positions may be seen late and stores out of order, as
 * the memory orders that ring.c names allow.
 *
 * ring_relacy PLACES: every schedule of at most CONTEXTS switches. Status 0: no fault in any.
 */
#include <relacy/relacy.hpp>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#define RT
#define assert(claim)                           RL_ASSERT(claim)
#define memory_order_relaxed                    rl::mo_relaxed
#define memory_order_acquire                    rl::mo_acquire
#define memory_order_release                    rl::mo_release
#define atomic_load_explicit(from, order)       (*(from))($).load(order)
#define atomic_store_explicit(to, value, order) (*(to))($).store(value, order)
#include "ring_relacy.inc"

enum { CONTEXTS = 3, PLACES_MAX = 4, ITEMS = 6, TRIES = 8 };

static unsigned places;

struct model : rl::test_suite<model, 2> {
    ring r;
    unsigned char bytes[PLACES_MAX]; /* never looked at: they only have addresses */
    rl::var<unsigned> cells[PLACES_MAX];

    void before()
    {
        side *sides[] = { &r.writer, &r.reader };
        for (side *s : sides) {
            atomic_store_explicit(&s->position, 0, memory_order_relaxed);
            s->seen($) = 0;
            s->data = bytes;
            s->item = 1;
            s->at = 0;
            s->size = places;
        }
    }

    void write_all()
    {
        unsigned next = 0;
        for (int i = 0; i < TRIES && next < ITEMS; i++) {
            uint32_t n;
            unsigned char *span =
                static_cast<unsigned char *>(ring_write_span(&r, 1 + next % places, &n));
            RL_ASSERT(span + n <= bytes + places && n <= ITEMS);
            n = n < ITEMS - next ? n : ITEMS - next;
            for (uint32_t k = 0; k < n; k++)
                cells[span - bytes + k]($) = next++;
            if (n > 0)
                ring_commit(&r, n);
        }
    }

    void read_all()
    {
        unsigned next = 0;
        for (int i = 0; i < TRIES && next < ITEMS; i++) {
            uint32_t n;
            const unsigned char *span =
                static_cast<const unsigned char *>(ring_read_span(&r, places - next % 2, &n));
            RL_ASSERT(span + n <= bytes + places);
            for (uint32_t k = 0; k < n; k++, next++)
                RL_ASSERT(cells[span - bytes + k]($) == next);
            if (n > 0)
                ring_take(&r, n);
        }
    }

    void thread(unsigned index)
    {
        if (index == 0)
            write_all();
        else
            read_all();
    }
};

int main(int, char **argv)
{
    rl::test_params p;
    places = static_cast<unsigned>(atoi(argv[1]));
    p.search_type = rl::fair_context_bound_scheduler_type;
    p.context_bound = CONTEXTS;
    p.execution_depth_limit = 10000;
    p.progress_output_period = 1000;
    return !rl::simulate<model>(p);
}
