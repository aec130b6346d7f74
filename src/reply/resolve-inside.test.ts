import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveInside, toNotFound } from './resolve-inside.ts'

let folder = ''
let root = ''

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'millrace-inside-')))
  root = join(folder, 'root')
  await mkdir(join(root, 'docs'), { recursive: true })
  await mkdir(join(folder, 'root-other'))
  for (const name of ['secret', 'root/a..b', 'root/docs/a', 'root/.env', 'root-other/a']) {
    await writeFile(join(folder, name), name)
  }
  await symlink(join(folder, 'secret'), join(root, 'out'))
  await symlink('../../root-other', join(root, 'docs/other'))
  await symlink('docs/a', join(root, 'in'))
  await symlink('.env', join(root, 'env'))
  await symlink(root, join(folder, 'linked'))
})

afterAll(() => rm(folder, { recursive: true }))

describe('resolveInside', () => {
  it.each([
    ['', 'root'],
    ['docs', 'root/docs'],
    ['docs/a', 'root/docs/a'],
    ['a..b', 'root/a..b'],
    ['in', 'root/docs/a'],
  ])('finds %j', async (path, found) => {
    expect(await resolveInside(root, path)).toBe(join(folder, found))
    expect(await resolveInside(join(folder, 'linked'), path)).toBe(join(folder, found))
  })

  it.each([
    '..',
    '../secret',
    'docs/../../secret',
    '/etc/passwd',
    '/',
    'docs/',
    'docs//a',
    '.',
    './in',
    'docs\\a',
    '..\\secret',
    'in\0',
    'out',
    'docs/other',
    'docs/other/a',
    'none',
    'in/x',
    'x'.repeat(5000),
    '.env',
    'env',
  ])('is 404 for %j [WKZ-048]', async (path) => {
    await expect(resolveInside(root, path)).rejects.toMatchObject({ status: 404, message: '' })
  })

  it('finds hidden files where they are allowed, and nothing outside', async () => {
    expect(await resolveInside(root, 'env', { dotfiles: 'allow' })).toBe(join(root, '.env'))
    for (const path of ['..', '../secret', '.', 'out', 'docs/other']) {
      await expect(resolveInside(root, path, { dotfiles: 'allow' })).rejects.toMatchObject({ status: 404 })
    }
  })
})

describe('toNotFound', () => {
  it('lets every other error through', () => {
    const error = Object.assign(new Error('no'), { code: 'EACCES' })
    expect(() => toNotFound(error)).toThrow(error)
    expect(() => toNotFound(Object.assign(new Error('no'), { code: 'ENOENT' }))).toThrow(
      expect.objectContaining({ status: 404 }),
    )
  })
})
