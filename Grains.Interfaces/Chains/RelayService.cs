using System.Numerics;
using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>
/// What a private relay was worth: what became of the transactions that it was given. Each ends once, as included, public, missed or replaced. Kept in memory, as
/// <see cref="NodeService"/>, from the start of the grain that counts.
/// </summary>
/// <param name="Since">When it was begun to count.</param>
/// <param name="Given">Transactions that it took, or may have taken.</param>
/// <param name="Refused">Answers that refused one.</param>
/// <param name="Errors">Attempts that it did not answer, or not in a form that can be read.</param>
/// <param name="Included">Proved to be in a block, without having been seen in a public pool before.</param>
/// <param name="Waits">How many of those were in the next block, within 2, 4 … 128 blocks, and later (<see cref="WaitSteps"/> counts).</param>
/// <param name="Missed">In no block at the deadline of their packet.</param>
/// <param name="Replaced">Another transaction took their place before that: one with a higher fee, or the no-op that cancels.</param>
/// <param name="Leaked">Seen in a public pool before a block had them, although no other relay had been sent them.</param>
/// <param name="Suspected">The same of those that others had been sent too.</param>
/// <param name="Waiting">Of those given: neither of these yet.</param>
[GenerateSerializer, Immutable, Alias("tpw.relay-service")]
public sealed record RelayService(
    Instant Since, long Given, long Refused, long Errors, long Included, ImmutableArray<long> Waits, long Missed, long Replaced, long Leaked, long Suspected, long Waiting)
{
    public const int WaitSteps = 9;

    private const long PerMille = 1_000;

    public static RelayService Begun(Instant now) => new(now, 0, 0, 0, 0, [.. new long[WaitSteps]], 0, 0, 0, 0, 0);

    /// <summary>The step of <see cref="Waits"/> that so many blocks count in.</summary>
    public static int StepOf(ulong blocks) => blocks <= 1 ? 0 : Math.Min(WaitSteps - 1, BitOperations.Log2(blocks - 1) + 1);

    /// <summary>Blocks within which half of those that were included were, rounded up to the next step; null without any, and beyond the longest step.</summary>
    [JsonIgnore]
    public long? MedianWait
    {
        get
        {
            var wanted = ((PerMille / 2 * Waits.Sum()) + PerMille - 1) / PerMille;
            if (wanted == 0) return null;
            var seen = 0L;
            for (var step = 0; step < WaitSteps - 1; step++)
            {
                seen += Waits[step];
                if (seen >= wanted) return 1L << step;
            }

            return null;
        }
    }
}

/// <summary>How one private relay of a chain stands.</summary>
[GenerateSerializer, Immutable, Alias("tpw.relay-line")]
public sealed record RelayLine(Name Name, Name Organisation, RelayService Service);

/// <summary>What a relay said to a transaction that it was to be sent.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RelayAnswer>))]
public enum RelayAnswer
{
    /// <summary>It was not there to be sent anything: it has not seen the transaction.</summary>
    Unreached = 1,

    /// <summary>It was sent it and gave no answer that can be read: it may have taken it.</summary>
    Silent,

    /// <summary>It has seen it, and does not take it.</summary>
    Refused,

    /// <summary>It has seen it, and says that its nonce or coin is spent, perhaps by itself.</summary>
    Spent,

    /// <summary>It has it.</summary>
    Taken,
}

/// <summary>A transaction that a relay was to be sent.</summary>
/// <param name="Deadline">When its packet is to be settled; null: it has none, as the no-op that cancels.</param>
/// <param name="IsAlone">No other relay was sent it in this attempt.</param>
[GenerateSerializer, Immutable, Alias("tpw.relayed")]
public sealed record Relayed(Bytes32 TxHash, Instant? Deadline, RelayAnswer Answer, bool IsAlone);
