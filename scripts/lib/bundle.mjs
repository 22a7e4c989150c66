import { join } from 'node:path'
import { build } from 'vite'
import { root } from './paths.mjs'

/**
 * Bundles a TypeScript program of ours into a folder, so that plain Node runs it.
 * @param {string} folder
 * @param {string} name
 * @param {string} entry below the root
 * @returns {Promise<string>} the file
 */
export async function bundleTool(folder, name, entry) {
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node20.19',
      minify: false,
      sourcemap: 'inline',
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: {
        input: { [name]: join(root, entry) },
        output: { format: 'es', entryFileNames: '[name].mjs' },
      },
    },
  })
  return join(folder, `${name}.mjs`)
}
