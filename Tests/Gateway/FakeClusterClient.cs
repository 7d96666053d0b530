using System.Reflection;
using Orleans;

namespace TPWallet.Tests.Gateway;

/// <summary>Knows the one way to a grain that the gateway goes.</summary>
public class FakeClusterClient : DispatchProxy
{
    private FakeCluster _cluster = null!;

    internal static IClusterClient Over(FakeCluster cluster)
    {
        var client = Create<IClusterClient, FakeClusterClient>();
        ((FakeClusterClient)client)._cluster = cluster;
        return client;
    }

    protected override object Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod is { Name: nameof(IGrainFactory.GetGrain), IsGenericMethod: true } && args is [string key, null]
            ? _cluster.GrainOf(targetMethod.GetGenericArguments()[0], key)
            : throw new NotSupportedException($"The gateway has no business with {targetMethod}.");
}
