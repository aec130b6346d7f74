import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from '../start-peer.ts'
import type { Choice, Peer } from './peer.ts'

/** How nginx is set up. */
export const nginxChoice: Choice = {
  what: '`proxy_http_version 1.1`; all else as it comes',
  page: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_http_version',
}

/** The same peer with nginx in front: its defaults, but for HTTP/1.1, since with 1.0 it takes a cut body for a whole one. */
export function behindNginx(peer: Peer): Peer {
  return {
    ...peer,
    name: `nginx-${peer.name}`,
    title: peer.title.replace(': HTTP/1.1', ''),
    group: 'behind nginx',
    choices: [nginxChoice],
  }
}

/** The version of nginx. @throws Error when there is none. */
export function nginxVersion(): string {
  const { stderr = '' } = spawnSync('nginx', ['-v'], { encoding: 'utf8' })
  const version = /nginx\/(\S+)/.exec(stderr ?? '')?.[1]
  if (version === undefined) throw new Error('nginx is missing: apt-get install nginx-light')
  return version
}

/** An nginx in front of the server at a port. */
export function nginxProgram({ port, folder }: { port: number; folder: string }, behind: number): Program {
  writeFileSync(join(folder, 'nginx.conf'), configuration(port, behind))
  return { command: ['nginx', '-p', folder, '-c', 'nginx.conf', '-e', 'error.log'], port }
}

function configuration(port: number, behind: number): string {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
daemon off;
pid nginx.pid;
worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 512; }
http {
  access_log off;
${places.map((place) => `  ${place}_temp_path ${place};`).join('\n')}
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${behind};
      proxy_http_version 1.1;
    }
  }
}
`
}
