using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What one side of a channel does on its chain, under its mandate.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChannelActKind>))]
public enum ChannelActKind
{
    /// <summary>Ends it by the state that both signed as the last.</summary>
    CloseTogether,

    /// <summary>Begins to close it by the newest state.</summary>
    Close,

    /// <summary>Puts a newer state in the place of the one that it closes by.</summary>
    Challenge,

    /// <summary>Makes a lock's secret known in time.</summary>
    Register,

    /// <summary>Credits the free balances once the window is over.</summary>
    Settle,

    /// <summary>Credits the locks once all have come to their time.</summary>
    Resolve,

    /// <summary>Has the credit paid out.</summary>
    Pull,

    /// <summary>Withdraws from the open channel what both signed for it.</summary>
    Withdraw,
}

/// <summary>How the packet of an act stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChannelActEnd>))]
public enum ChannelActEnd
{
    /// <summary>There is none, or it is under way.</summary>
    None,

    /// <summary>It is over, and its call is final on the chain.</summary>
    Done,

    /// <summary>It is over without effect.</summary>
    Failed,
}
