using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>How a node of the chain lies about closes that are not final.</summary>
internal enum NewestLie
{
    None,

    /// <summary>There never is one.</summary>
    Hides,

    /// <summary>There is one by a state that nothing is newer than.</summary>
    Answered,

    /// <summary>There is one by the first state.</summary>
    Stale,

    /// <summary>Now this, now that.</summary>
    Changing,
}

/// <summary>One of three accounts, with one channel key.</summary>
internal sealed class ThreeNode(string name)
{
    internal string Name { get; } = name;

    internal ModelSigner Signer { get; } = new(name);

    internal List<ThreeSide> Sides { get; } = [];

    /// <summary>Not running until then.</summary>
    internal ulong DownUntil { get; set; }

    /// <summary>Since then it runs.</summary>
    internal ulong UpSince { get; set; }

    /// <summary>What its node of the chain says of the newest block.</summary>
    internal NewestLie Lie { get; set; }

    /// <summary>It slept through a window, lost its state or closed by an old one: what it has in the end is its own affair.</summary>
    internal string? Excuse { get; set; }
}

/// <summary>A packet of a node that makes an act's call.</summary>
internal sealed class ThreePacket(Name id, ChannelAct act, ChannelCall call)
{
    internal Name Id => id;

    internal ChannelAct Act => act;

    internal ChannelCall Call => call;

    /// <summary>It was simulated, signed and sent.</summary>
    internal bool IsSent { get; set; }

    internal ChannelActEnd End { get; set; }

    internal Rejection? Trouble { get; set; }
}
