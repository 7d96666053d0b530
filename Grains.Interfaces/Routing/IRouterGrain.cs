using Orleans;

namespace TPWallet.Grains.Interfaces.Routing;

/// <summary>Keeps what is known of the channels of one network. Inner: called by grains only. Key: <see cref="RouterRef"/>.</summary>
public interface IRouterGrain : IWakeable
{
    Task<CommandReply> Submit(RouterCommand command);

    /// <summary>The sides whose newest announcement is later than a number, the oldest first.</summary>
    /// <param name="after">0: all.</param>
    [Orleans.Concurrency.ReadOnly]
    Task<RouterPage> ReadAfter(long after);
}

/// <summary>Sides of channels in the order of their newest announcements.</summary>
/// <param name="Last">The number of the last of them.</param>
/// <param name="IsWhole">None is later.</param>
[GenerateSerializer, Immutable, Alias("tpw.router-page")]
public sealed record RouterPage(ImmutableArray<AnnouncedSide> Sides, long Last, bool IsWhole)
{
    /// <summary>Most sides of a page.</summary>
    public const int MostSides = 1_000;
}
