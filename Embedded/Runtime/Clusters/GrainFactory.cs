using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>The calling side of one host: a silo's, whose calls may come from its grains, or a client's.</summary>
internal sealed class GrainFactory : IClusterClient
{
    private readonly GrainId _clientId;
    private readonly TimeSpan _responseTimeout;
    private readonly bool _dropExpired;
    private readonly Func<CallFilters> _filters;
    private IOutgoingGrainCallFilter[]? _outgoing;

    public GrainFactory(Cluster cluster, Silo? silo, IServiceProvider services, MessagingOptions options)
    {
        Cluster = cluster;
        Silo = silo;
        ServiceProvider = services;
        _clientId = GrainId.Create(GrainTypePrefix.ClientGrainType, silo is null ? Guid.NewGuid().ToString("N") : $"hosted-{silo.Address}");
        _responseTimeout = options.ResponseTimeout;
        _dropExpired = options.DropExpiredMessages;
        _filters = services.GetRequiredService<CallFilters>;
    }

    public Cluster Cluster { get; }

    /// <summary>The silo that the calls start in; null for a client outside.</summary>
    public Silo? Silo { get; }

    /// <inheritdoc/>
    public IServiceProvider ServiceProvider { get; }

    /// <inheritdoc/>
    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        var type = GrainTypes.Resolve(typeof(TGrainInterface), grainClassNamePrefix);
        return (TGrainInterface)InterfaceTable.Of(typeof(TGrainInterface)).Reference(this, GrainId.Create(type.Type, primaryKey));
    }

    /// <inheritdoc/>
    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey)
    {
        ArgumentNullException.ThrowIfNull(grainInterfaceType);
        ArgumentException.ThrowIfNullOrWhiteSpace(grainPrimaryKey);
        var type = GrainTypes.Resolve(grainInterfaceType, null);
        return (IGrain)InterfaceTable.Of(grainInterfaceType).Reference(this, GrainId.Create(type.Type, grainPrimaryKey));
    }

    /// <inheritdoc/>
    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable =>
        (TGrainInterface)Reference(typeof(TGrainInterface), grainId);

    public object Reference(Type interfaceType, GrainId grainId) => InterfaceTable.Of(interfaceType).Reference(this, grainId);

    /// <summary>Sends a call; the value is the task that the interface's method declares.</summary>
    public object Send(GrainProxy proxy, MethodEntry entry, object?[] arguments)
    {
        if (entry.TokenIndex >= 0 && arguments[entry.TokenIndex] is CancellationToken token)
            token.ThrowIfCancellationRequested();
        var source = Silo is null ? null : RuntimeContext.Current;
        var call = NewCall(proxy, entry, arguments, source);
        var outgoing = _outgoing ??= _filters().Outgoing;
        if (outgoing.Length > 0)
            return entry.Wrap(call.AnswerAfter(new OutgoingCallContext(call, proxy, source, outgoing)));
        Post(call, proxy);
        return entry.IsOneWay ? entry.Completed() : entry.Wrap(call.Answer);
    }

    /// <summary>Hands the call over, after the filters.</summary>
    public void Post(GrainCall call, GrainProxy proxy)
    {
        if (!call.Entry.IsOneWay)
        {
            if (call.Deadline != long.MaxValue)
                Cluster.Timeouts(call.Timeout).Add(call);
            call.FollowCaller();
        }
        if (Silo is { IsDead: true })
            call.Fail(new SiloUnavailableException($"The local Orleans host is shutting down and can no longer process the request: {call}."));
        else if (Cluster.Carrier is { } carrier)
            carrier.Send(call, Silo);
        else
            proxy.LastSeen = Cluster.Deliver(call, proxy.LastSeen);
        if (call.Entry.IsOneWay)
            call.CompleteUnanswered();
    }

    private GrainCall NewCall(GrainProxy proxy, MethodEntry entry, object?[] arguments, Activation? source)
    {
        var timeout = entry.Timeout ?? _responseTimeout;
        var expires = timeout != Timeout.InfiniteTimeSpan && timeout != TimeSpan.MaxValue;
        var call = entry.NewCall();
        call.Entry = entry;
        call.Cluster = Cluster;
        call.Target = proxy.Id;
        call.Source = source?.GrainId ?? _clientId;
        call.Arguments = arguments;
        call.Context = RequestContext.Snapshot;
        call.Timeout = timeout;
        call.DropsExpired = _dropExpired;
        call.Deadline = expires ? Cluster.Time.GetTimestamp() + (long)(timeout.TotalSeconds * Cluster.Time.TimestampFrequency) : long.MaxValue;
        return call;
    }
}
