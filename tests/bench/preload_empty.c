/* An object with nothing in it: what it costs to preload it is the least that any preload
 * costs. */
typedef int nothing;
