import type { ServerKind } from './recognise-servers.ts'

/**
 * What goes wrong on the way: a reply is `held`, or `held` because it is `compressed`, or comes in small `bursts`; it is
 * `cut` off after a silence, or its cut is `hidden`: made into a reply that looks whole.
 */
export type Trouble = 'held' | 'compressed' | 'bursts' | 'cut' | 'hidden'

/** A setting of a server that usually does it, or undoes it. */
export interface Setting {
  readonly server: ServerKind
  readonly troubles: readonly Trouble[]
  /** What to write, and where. */
  readonly setting: string
  readonly where: string
  /** Why, in a sentence. */
  readonly why: string
  /** The page of its maker that says so. */
  readonly source: string
}

const nginx = 'https://nginx.org/en/docs/http/'
const apache = 'https://httpd.apache.org/docs/2.4/mod/'
const haproxy = 'https://docs.haproxy.org/3.4/configuration.html'
const varnish = 'https://varnish-cache.org/docs/trunk/reference/vcl-var.html'
const cloudflare = 'https://developers.cloudflare.com/'
const aws = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/'
const next = 'https://nextjs.org/docs/app/'

/** Each was looked up in the documentation that it names. Of a server the most likely comes first. */
export const settings: readonly Setting[] = [
  {
    server: 'nginx',
    troubles: ['held', 'bursts', 'compressed'],
    setting: 'proxy_buffering off;',
    where: 'in the location',
    why: 'nginx collects the reply in its buffers by default. For FastCGI and uWSGI it is fastcgi_buffering and uwsgi_buffering',
    source: `${nginx}ngx_http_proxy_module.html#proxy_buffering`,
  },
  {
    server: 'nginx',
    troubles: ['held', 'bursts', 'compressed'],
    setting: 'X-Accel-Buffering: no',
    where: 'in the reply of the application',
    why: 'it turns the buffering off for this reply alone, unless proxy_ignore_headers names it',
    source: `${nginx}ngx_http_proxy_module.html#proxy_buffering`,
  },
  {
    server: 'nginx',
    troubles: ['compressed'],
    setting: 'gzip off;',
    where: 'in the location, if it still is held without proxy_buffering',
    why: 'nginx compresses this reply. Its gzip lets a block through when the buffering is off',
    source: `${nginx}ngx_http_gzip_module.html#gzip`,
  },
  {
    server: 'nginx',
    troubles: ['hidden'],
    setting: 'proxy_http_version 1.1;',
    where: 'in the location',
    why: 'before 1.29.7 nginx asks by HTTP/1.0, where closing is the end, so it passes a cut reply on as a whole one',
    source: `${nginx}ngx_http_proxy_module.html#proxy_http_version`,
  },
  {
    server: 'nginx',
    troubles: ['cut'],
    setting: 'proxy_read_timeout 1h;',
    where: 'in the location',
    why: 'nginx gives up when nothing comes for 60 s. A heartbeat in the reply helps, too',
    source: `${nginx}ngx_http_proxy_module.html#proxy_read_timeout`,
  },
  {
    server: 'apache',
    troubles: ['compressed'],
    setting: 'SetEnv no-gzip 1',
    where: 'in the Location',
    why: 'mod_deflate compresses this reply, and leaves out what has no-gzip',
    source: `${apache}mod_deflate.html`,
  },
  {
    server: 'apache',
    troubles: ['held', 'bursts', 'compressed'],
    setting: 'ProxyPass … flushpackets=on',
    where: 'for fcgi:// and ajp://',
    why: 'mod_proxy_fcgi and mod_proxy_ajp flush only when they need to by default',
    source: `${apache}mod_proxy.html#proxypass`,
  },
  {
    server: 'apache',
    troubles: ['held', 'bursts'],
    setting: 'no BUFFER filter',
    where: 'in SetOutputFilter and AddOutputFilterByType',
    why: 'mod_buffer packs a reply into the fewest pieces possible, 128 kB by default',
    source: `${apache}mod_buffer.html`,
  },
  {
    server: 'apache',
    troubles: ['cut'],
    setting: 'ProxyTimeout 3600',
    where: 'in the server or virtual host',
    why: 'Apache gives up when nothing comes for the time of Timeout, 60 s by default',
    source: `${apache}mod_proxy.html#proxytimeout`,
  },
  {
    server: 'haproxy',
    troubles: ['compressed'],
    setting: 'Cache-Control: no-transform',
    where: 'in the reply of the application, or take its type out of `compression type`',
    why: 'HAProxy compresses this reply, and leaves alone what says no-transform',
    source: `${haproxy}#4.2-compression%20algo`,
  },
  {
    server: 'haproxy',
    troubles: ['bursts', 'held'],
    setting: 'option http-no-delay',
    where: 'in the frontend or backend',
    why: 'HAProxy lets the system wait for full packets, about 200 ms each time',
    source: `${haproxy}#4.2-option%20http-no-delay`,
  },
  {
    server: 'haproxy',
    troubles: ['held'],
    setting: 'no http-response wait-for-body',
    where: 'in the backend',
    why: 'that rule waits for the body before it passes anything on',
    source: haproxy,
  },
  {
    server: 'haproxy',
    troubles: ['hidden'],
    setting: 'alpn http/1.1',
    where: 'on the bind line, if the client speaks HTTP/2',
    why: 'measured with 2.6.12: on HTTP/2 it ends a chunked reply that was cut as a whole one, on HTTP/1.1 it cuts it',
    source: `${haproxy}#5.1-alpn`,
  },
  {
    server: 'haproxy',
    troubles: ['cut'],
    setting: 'timeout server 1h',
    where: 'in the backend',
    why: 'HAProxy ends a reply of which nothing came for this long',
    source: `${haproxy}#4.2-timeout%20server`,
  },
  {
    server: 'varnish',
    troubles: ['held', 'bursts', 'compressed'],
    setting: 'set beresp.do_stream = true;',
    where: 'in vcl_backend_response, and no do_stream = false after it',
    why: 'with it Varnish delivers while it fetches; without it, it fetches the whole reply first',
    source: varnish,
  },
  {
    server: 'varnish',
    troubles: ['compressed', 'held'],
    setting: 'set beresp.do_gzip = false; set beresp.do_esi = false;',
    where: 'in vcl_backend_response',
    why: 'both rewrite the reply on its way',
    source: varnish,
  },
  {
    server: 'varnish',
    troubles: ['cut'],
    setting: '.between_bytes_timeout = 1h;',
    where: 'in the backend definition',
    why: 'Varnish gives up when nothing comes for 60 s',
    source: 'https://varnish-cache.org/docs/trunk/reference/varnishd.html',
  },
  {
    server: 'fastly',
    troubles: ['held', 'bursts', 'compressed'],
    setting: 'set beresp.do_stream = true;',
    where: 'in vcl_fetch, or Streaming Miss in the cache settings',
    why: 'without it the whole reply is fetched before any of it is passed on',
    source: 'https://www.fastly.com/documentation/reference/vcl/variables/backend-response/beresp-do-stream/',
  },
  {
    server: 'cloudflare',
    troubles: ['held', 'bursts', 'compressed'],
    setting: 'response_body_buffering: none',
    where: 'in a Configuration Rule for this path; for Enterprise zones, Response Buffering off, too',
    why: 'by default Cloudflare may hold the beginning of a body to inspect it',
    source: `${cloudflare}changelog/2026-01-27-body-buffering-settings`,
  },
  {
    server: 'cloudflare',
    troubles: ['compressed', 'held'],
    setting: 'Cache-Control: no-transform',
    where: 'in the reply of the application',
    why: 'Cloudflare compresses text on its way to the client, and leaves alone what says no-transform',
    source: `${cloudflare}speed/optimization/content/compression/`,
  },
  {
    server: 'aws-alb',
    troubles: ['held'],
    setting: 'a target that is no Lambda function',
    where: 'in the target group: instances or addresses',
    why: 'a Lambda target answers with one piece of JSON, 1 MB at most; for other targets the balancer passes on what comes',
    source: `${aws}lambda-functions.html`,
  },
  {
    server: 'aws-alb',
    troubles: ['cut'],
    setting: 'idle_timeout.timeout_seconds = 4000',
    where: 'in the attributes of the load balancer',
    why: 'it closes a connection on which nothing was sent for 60 s. A heartbeat in the reply helps, too',
    source: `${aws}edit-load-balancer-attributes.html`,
  },
  {
    server: 'nextjs',
    troubles: ['held', 'bursts', 'compressed'],
    setting: 'compress: false',
    where: 'in next.config.js',
    why: '`next start` compresses by itself, rewrites() included, and what a compressor has not flushed stays in it',
    source: `${next}api-reference/config/next-config-js/compress`,
  },
  {
    server: 'nextjs',
    troubles: ['held', 'bursts'],
    setting: 'X-Accel-Buffering: no',
    where: 'by headers() in next.config.js',
    why: 'so that an nginx in front of it does not buffer',
    source: `${next}guides/self-hosting#streaming-and-suspense`,
  },
]
