import type { SpanStatusCode, Tracer } from '@opentelemetry/api';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { AppEnvironment } from '../rest/request-context.ts';

/** A tracer; disposing of it ends tracing. */
export interface Tracing extends AsyncDisposable {
  readonly tracer: Tracer;
}

/**
 * Starts tracing when an OTLP endpoint is configured by OpenTelemetry's own variables; the packages
 * for it are loaded only then.
 *
 * @param env - the environment: `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`.
 * @returns null when none is configured.
 */
export async function startTracing(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Tracing | null> {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT && !env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return null;
  const { BatchSpanProcessor, TracerProvider } = await import('@opentelemetry/sdk-trace');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const provider = new TracerProvider({
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  return {
    tracer: provider.getTracer('reporisk-api-access'),
    [Symbol.asyncDispose]: () => provider.shutdown(),
  };
}

/** The code itself: its package is loaded with the exporter only, for memory. */
const failed: SpanStatusCode.ERROR = 2;

/** One span per request, named by its route; like the log, it contains no headers and no body. */
export function traceRequests(tracer: Tracer): MiddlewareHandler<AppEnvironment> {
  return async (c, next) => {
    const span = tracer.startSpan(c.req.method);
    try {
      await next();
    } finally {
      const route = routePath(c);
      span.updateName(`${c.req.method} ${route}`);
      span.setAttributes({
        'http.request.method': c.req.method,
        'http.route': route,
        'http.response.status_code': c.res.status,
        'reporisk.request_id': c.env.exchange.requestId,
      });
      if (c.res.status >= 500) span.setStatus({ code: failed });
      span.end();
    }
  };
}
