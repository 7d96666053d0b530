using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;
using TPWallet.Silo.Composition;

namespace TPWallet.Silo.Gateway;

/// <summary>The REST gateway of a silo: <see cref="AddGateway"/> before the host is built, <see cref="MapGateway"/> after.</summary>
public static class GatewayExtensions
{
    private const string Version = "v1";

    /// <summary>Registers what the gateway needs beside an IClusterClient.</summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<GatewayKeys>();
        services.AddHostedService(provider => provider.GetRequiredService<GatewayKeys>());
        services.AddSingleton(provider => provider.GetRequiredService<GatewayKeys>().Ring);
        services.AddSingleton(_ => new ReplayGuard());
        services.AddSingleton<Authenticator>();
        services.AddSingleton<AccountAccess>();
        services.AddSingleton(provider => new AnswerMemory(provider.GetRequiredService<TimeProvider>(), provider.GetService<IAnswerStore>()));
        services.AddSingleton(provider => KeyQuotas.Read(configuration, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider =>
            TenantQuotas.Read(configuration, provider.GetRequiredService<TimeProvider>(), provider.GetService<ITenantAccounts>()));
        services.TryAddSingleton(_ => WebhookConfiguration.Read(configuration));
        services.AddSingleton<GatewayPipeline>();
        services.AddSingleton<VersionFeed>();
        services.AddHostedService<GatewayTelemetry>();
        services.TryAddSingleton<IncidentBoard>();
        services.AddHealthChecks().AddCheck<ClusterReady>("cluster").AddCheck<NoIncidents>("incidents");
        services.AddOpenApi(Version, ContractSchema.Configure);
        services.Configure<KestrelServerOptions>(static options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = RequestBody.MaxBytes;
        });
        services.Configure<JsonOptions>(static options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ContractJson.Default);
            options.SerializerOptions.TypeInfoResolverChain.Insert(1, RestJson.Default);
        });
        return services;
    }

    /// <summary>Maps the routes. The API keys are loaded, or on loopback made, when the host starts, before it listens.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);

        // Asked for here, so that a wrong number stops the start and not the first request.
        _ = (app.Services.GetRequiredService<KeyQuotas>(), app.Services.GetRequiredService<TenantQuotas>());
        app.UseStatusCodePages(static context => Unrouted(context.HttpContext));
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = NoIncidents.WriteAsync });
        RouteGroupBuilder routes = app.MapGroup("/" + Version);
        AccountRoutes.Map(routes);
        PacketRoutes.Map(routes);
        FeePreviewRoutes.Map(routes);
        ChainRoutes.Map(routes);
        ReviewRoutes.Map(routes);
        VerdictRoutes.Map(routes);
        WebhookRoutes.Map(routes);
        ChannelRoutes.Map(routes);
        CoinChannelRoutes.Map(routes);
        InvoiceRoutes.Map(routes);
        PaymentRoutes.Map(routes);
        var tenant = app.Configuration[GatewayKeys.TenantKey] ?? GatewayKeys.DefaultTenant;
        OperatorRoutes.Map(routes, tenant);
        PeerStandingRoutes.Map(routes, tenant);
        DappRoutes.Map(routes, tenant);
        IncidentRoutes.Map(routes, tenant);
        return app;
    }

    /// <summary>What reached no route (404, 405, 415 of the framework) is a problem too.</summary>
    private static Task Unrouted(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Problems.Result(new(RejectionCode.NotFound, "a path of /openapi/v1.json", "another path")).ExecuteAsync(http),
        StatusCodes.Status405MethodNotAllowed or StatusCodes.Status415UnsupportedMediaType =>
            Problems.Result(new(RejectionCode.Malformed, "a method and content type of /openapi/v1.json", "another")).ExecuteAsync(http),
        _ => Task.CompletedTask,
    };
}
