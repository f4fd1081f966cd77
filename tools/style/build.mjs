// Builds the look of the desk into src/kamkor/static/kamkor: one style sheet, the fonts, their licences.
// Runs in a temporary folder, so that no node_modules stands in the checkout. Usage: npm run build
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const target = join(here, '../../src/kamkor/static/kamkor')
const limit = 130_000
const alphabets = ['latin', 'cyrillic', 'cyrillic-ext']

function styleSheet(work) {
  const sass = join(work, 'node_modules/sass/sass.js')
  return execFileSync(process.execPath, [
    sass, '--style=compressed', '--no-source-map', '--no-charset', '--quiet-deps',
    `--load-path=${join(work, 'node_modules')}`, join(here, 'source/kamkor.scss')
  ], { encoding: 'utf8' })
}

function copyParts(work) {
  const golos = join(work, 'node_modules/@fontsource-variable/golos-text')
  for (const alphabet of alphabets) {
    copyFileSync(join(golos, `files/golos-text-${alphabet}-wght-normal.woff2`), join(target, `golos-text-${alphabet}.woff2`))
  }
  copyFileSync(join(golos, 'LICENSE'), join(target, 'golos-text.LICENSE.txt'))
}

const work = mkdtempSync(join(tmpdir(), 'kamkor-style-'))
try {
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(here, name), join(work, name))
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: work, stdio: 'inherit' })
  const css = styleSheet(work)
  writeFileSync(join(target, 'kamkor.css'), css)
  const licence = readFileSync(join(work, 'node_modules/govuk-frontend/package.json'), 'utf8').match(/"license": "(\w+)"/)
  if (licence?.[1] !== 'MIT') throw new Error('govuk-frontend is no longer MIT: look before shipping')
  copyParts(work)
  const size = statSync(join(target, 'kamkor.css')).size
  process.stdout.write(`kamkor.css ${size} bytes\n`)
  if (size > limit) throw new Error(`kamkor.css is larger than ${limit} bytes`)
} finally {
  rmSync(work, { recursive: true, force: true })
}
