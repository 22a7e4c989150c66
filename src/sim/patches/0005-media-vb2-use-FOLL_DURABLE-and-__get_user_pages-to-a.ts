import type { Patch } from './patch'

export const PATCH_5: Patch = {
  number: 5,
  subject: 'media: vb2: use FOLL_DURABLE and __get_user_pages() to avoid CMA migration issues',
  files: ['drivers/media/v4l2-core/videobuf2-dma-contig.c'],
  summary: 'videobuf2 dma-contig pins USERPTR buffers with FOLL_DURABLE.',
  defines: [],
  uses: ['FOLL_DURABLE'],
  needs: [3],
}
