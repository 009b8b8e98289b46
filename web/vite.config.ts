/** How the web app is built. Everything is a file of its own under /app/: our content security policy allows nothing inline. */
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/app/',
  plugins: [react(), tailwindcss()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    // Two browsers in three know it; the others fetch the same files a little later.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    // `npx vite web` beside a running server: pages from here, data from there.
    proxy: Object.fromEntries(
      [
        '/tasks',
        '/system',
        '/api',
        '/personas',
        '/studies',
        '/conversations',
        '/safety',
        '/ab',
        '/policy',
      ].map((path) => [path, 'http://127.0.0.1:8000']),
    ),
  },
});
