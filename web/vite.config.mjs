import { defineConfig } from 'vite';

// The page runs only its own files and talks only to the meter that served it. The development server injects
// inline styles, so the policy is set in the built page alone.
const contentSecurityPolicy = {
    name: 'content-security-policy',
    apply: /** @type {const} */ ('build'),
    transformIndexHtml: () => [
        {
            tag: 'meta',
            injectTo: /** @type {const} */ ('head-prepend'),
            attrs: {
                'http-equiv': 'Content-Security-Policy',
                content: [
                    "default-src 'none'",
                    "script-src 'self'",
                    "style-src 'self'",
                    "img-src 'self'",
                    "connect-src 'self' ws: wss:",
                    "base-uri 'none'",
                    "form-action 'none'",
                ].join('; '),
            },
        },
    ],
};

export default defineConfig({
    base: './',
    plugins: [contentSecurityPolicy],
    server: { proxy: { '/ws': { target: 'ws://127.0.0.1:8800', ws: true } } },
    build: {
        target: 'es2021',
        modulePreload: false,
        assetsInlineLimit: 0,
        rollupOptions: {
            // Names without a hash: the program embeds these files by name.
            output: { entryFileNames: 'panel.js', assetFileNames: 'panel[extname]' },
        },
    },
});
