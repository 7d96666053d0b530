using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Histories;

/// <summary>A chain on a real node that does what a script says.</summary>
internal interface IScriptedChain
{
    ChainId Id { get; }

    /// <summary>What its fees are paid in.</summary>
    AssetId Coin { get; }

    PollGate Gate { get; }

    /// <summary>Blocks that a branch must have before the chain follows it in the place of <paramref name="depth"/> others.</summary>
    int ShortestBranch(int depth);

    /// <summary>A payment by a payer of its own, not sent to anyone.</summary>
    Task<ScriptedPayment> PayAsync(string name, Address to, Random random);

    /// <summary>Another one with the same claim and more fee.</summary>
    /// <param name="to">Null: somebody else.</param>
    ScriptedPayment Rival(ScriptedPayment of, Address? to, Random random);

    /// <summary>Offers it to the node's pool, where it may take the place of an earlier version.</summary>
    Task SendAsync(ScriptedPayment payment);

    /// <summary>Takes it out of the node's pool, as where a pool is full.</summary>
    Task DropAsync(ScriptedPayment payment);

    /// <summary>Mines a block for each entry, with exactly these payments; their hashes.</summary>
    Task<IReadOnlyList<Bytes32>> MineAsync(IReadOnlyList<IReadOnlyList<ScriptedPayment>> blocks);

    /// <summary>Replaces the newest blocks by others; their hashes.</summary>
    Task<IReadOnlyList<Bytes32>> ReplaceAsync(int depth, IReadOnlyList<IReadOnlyList<ScriptedPayment>> blocks, Random random);

    /// <summary>Pays an address enough for a payment with its fee, in blocks that are mined with it and make it final.</summary>
    Task<Amount> FundAsync(Address own);

    /// <summary>The bytes of a transaction that is in the node's pool; null where it is not.</summary>
    Task<HexBytes?> PooledAsync(Bytes32 transaction);

    /// <summary>What the chain says that an address has.</summary>
    Task<UInt256> OnChainAsync(Address address);
}
