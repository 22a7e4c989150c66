import { functionsOf, type FunctionInfo } from './functions_info'

const cma = functionsOf('drivers/base/dma-contiguous.c')
const vb2 = functionsOf('drivers/media/v4l2-core/videobuf2-core.c')
const dc = functionsOf('drivers/media/v4l2-core/videobuf2-dma-contig.c')
const sg = functionsOf('drivers/media/v4l2-core/videobuf2-dma-sg.c')
const vmalloc = functionsOf('drivers/media/v4l2-core/videobuf2-vmalloc.c')
const umem = functionsOf('drivers/infiniband/core/umem.c')
const aio = functionsOf('fs/aio.c')
const dio = functionsOf('fs/direct-io.c')

const USERPTR = { mm: 'mm', vaddr: 'address', size: 'bytes', write: 'bool' } as const
const OPERATION = { index: 'index', size: 'bytes' } as const
const BUFFER = { index: 'index', userptr: 'address', length: 'bytes' } as const

/** Functions of drivers and file systems: who allocates from CMA and who pins. */
export const DRIVER_FUNCTIONS: Readonly<Record<string, FunctionInfo>> = {
  dma_alloc_from_contiguous: cma('MIG-1', { count: 'count', align: 'order', cma: 'area' }, 'page', {
    pageno: 'index',
    pfn: 'pfn',
    ret: 'errno',
  }),
  dma_release_from_contiguous: cma('8.5.1', { pages: 'page', count: 'count', cma: 'area' }, 'bool'),
  vb2_reqbufs: vb2('VB2-27', { count: 'count', size: 'bytes' }, 'errno'),
  vb2_qbuf: vb2('VB2-1', OPERATION, 'errno'),
  vb2_dqbuf: vb2('VB2-26', {}, 'errno'),
  vb2_streamon: vb2('VB2-3', {}, 'errno'),
  vb2_streamoff: vb2('VB2-26', {}, 'errno'),
  vb2_release: vb2('VB2-25', OPERATION, 'errno'),
  vb2_mmap: vb2('VB2-30', OPERATION, 'vpn'),
  vb2_prepare_buf: vb2('VB2-1', OPERATION, 'errno'),
  vb2_fileio: vb2('VB2-2', OPERATION, 'errno'),
  __buf_prepare: vb2('VB2-3', BUFFER, 'errno'),
  __qbuf_userptr: vb2('VB2-4', BUFFER, 'errno'),
  __vb2_queue_free: vb2('VB2-25', { buffers: 'count' }, 'void'),
  vb2_dc_alloc: dc('VB2-28', { cma: 'area', size: 'bytes' }, 'page'),
  vb2_dc_put: dc('VB2-25', { page: 'page', refcount: 'count' }, 'void'),
  vb2_dc_get_userptr: dc('VB2-13', USERPTR, 'errno'),
  vb2_dc_put_userptr: dc('VB2-24', { nr_pages: 'count' }, 'void'),
  vb2_dma_sg_get_userptr: sg('P5-2', USERPTR, 'errno'),
  vb2_dma_sg_put_userptr: sg('P5-2', { nr_pages: 'count', write: 'bool' }, 'void'),
  vb2_vmalloc_get_userptr: vmalloc('P5-2', USERPTR, 'errno'),
  vb2_vmalloc_put_userptr: vmalloc('P5-2', { nr_pages: 'count', write: 'bool' }, 'void'),
  ib_umem_get: umem(
    'GUP-16',
    { mm: 'mm', addr: 'vpn', nr_pages: 'count', writable: 'bool' },
    'errno',
  ),
  ib_umem_release: umem('GUP-16', { nr_pages: 'count' }, 'void'),
  io_setup: aio('MOD-1', { mm: 'mm', nr_pages: 'count' }, 'errno'),
  io_destroy: aio('MOD-1', { mm: 'mm', start: 'vpn' }, 'errno'),
  aio_free_ring: aio('MOD-1', { mm: 'mm', start: 'vpn', nr_pages: 'count' }, 'void'),
  aio_migratepage: aio('MOD-2', { newpage: 'page', page: 'page' }, 'errno'),
  drop_caches: functionsOf('fs/drop_caches.c')('REF-6', {}, 'count'),
  exit_aio: aio('FLT-21', { mm: 'mm' }, 'void'),
  direct_IO: dio('GUP-16', { mm: 'mm', start: 'vpn', nr_pages: 'count', rw: 'number' }, 'errno'),
  dio_refill_pages: dio('GUP-16', { start: 'vpn', nr_pages: 'count' }, 'errno'),
}
