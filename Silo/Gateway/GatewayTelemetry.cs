using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TPWallet.Grains.Interfaces;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// Meters and traces of the gateway. They are exported by OTLP when the environment or configuration names an endpoint
/// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>); otherwise nobody listens and they cost nothing. Labels are routes and codes, never ids or bodies.
/// </summary>
public sealed class GatewayTelemetry(IConfiguration configuration) : IHostedService, IDisposable
{
    /// <summary>Name of meter and activity source.</summary>
    public const string SourceName = "TPWallet.Gateway";

    /// <summary>The key that names the OTLP endpoint, as OpenTelemetry specifies it.</summary>
    public const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly Meter Meter = new(SourceName);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("tpw.gateway.request.duration", "s", "Time of a request until its answer.");
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("tpw.gateway.refusals", "{refusal}", "Requests refused before a grain, by code.");

    private MeterProvider? _meters;
    private TracerProvider? _traces;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (configuration[EndpointKey] is not { Length: > 0 } text || !Uri.TryCreate(text, UriKind.Absolute, out var endpoint)) return Task.CompletedTask;
        var resource = ResourceBuilder.CreateDefault().AddService("tpw-silo");
        _meters = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
            .AddMeter("TPWallet.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddOtlpExporter(options => options.Endpoint = endpoint)
            .Build();
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource)
            .AddSource("TPWallet.*", "Microsoft.AspNetCore")
            .AddOtlpExporter(options => options.Endpoint = endpoint)
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _meters?.Dispose();
        _traces?.Dispose();
    }

    internal static RequestWatch Watch(HttpContext http) => new(http);

    /// <summary>Times one request; <see cref="Refused"/> counts the refusal on its way.</summary>
    internal sealed class RequestWatch : IDisposable
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly string _route;
        private readonly Activity? _activity;

        public RequestWatch(HttpContext http)
        {
            _route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "";
            _activity = Source.StartActivity($"{http.Request.Method} {_route}", ActivityKind.Server);
        }

        public IResult Refused(Rejection rejection)
        {
            _activity?.SetTag("tpw.code", rejection.Code.ToString());
            Refusals.Add(1, new KeyValuePair<string, object?>("code", rejection.Code.ToString()), new KeyValuePair<string, object?>("route", _route));
            return Problems.Result(rejection);
        }

        public void Dispose()
        {
            Duration.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, new KeyValuePair<string, object?>("route", _route));
            _activity?.Dispose();
        }
    }
}
