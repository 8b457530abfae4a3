#include "leak/image.h"

#include "base/vector.h"

bool image_add_visible(struct image *image, const struct root_range *range) {
  struct ranges rest = {0};
  bool done = ranges_add_rest(&rest, range->start, range->end, &image->hidden) &&
              vector_reserve((void **)&image->ranges, &image->ranges_capacity,
                             image->n_ranges + rest.count, sizeof(*range));
  for (size_t i = 0; done && i < rest.count; i++) {
    struct root_range *added = &image->ranges[image->n_ranges++];
    *added = *range;
    added->start = rest.data[i].start;
    added->end = rest.data[i].end;
  }
  ranges_deinit(&rest);
  return done;
}

bool image_add_range(struct image *image, const struct root_range *range) {
  bool done =
      image_add_visible(image, range) && ranges_add(&image->hidden, range->start, range->end);
  ranges_sort(&image->hidden);
  return done;
}

bool image_add_whole(struct image *image, const struct root_range *range) {
  if (!vector_reserve((void **)&image->ranges, &image->ranges_capacity, image->n_ranges + 1,
                      sizeof(*range)))
    return false;
  image->ranges[image->n_ranges++] = *range;
  return true;
}

bool image_add_word(struct image *image, const struct root_word *word) {
  if (!vector_reserve((void **)&image->words, &image->words_capacity, image->n_words + 1,
                      sizeof(*word)))
    return false;
  image->words[image->n_words++] = *word;
  return true;
}

void image_deinit(struct image *image) {
  memory_close(&image->memory);
  maps_deinit(&image->maps);
  blocks_deinit(&image->blocks);
  ranges_deinit(&image->hidden);
  free(image->ranges);
  free(image->words);
  *image = (struct image){.memory.pagemap = -1};
}
