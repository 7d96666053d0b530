using System.Numerics;
using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>
/// How a node served, as counts that can be added up over silos and nodes: what an agreement on service is judged by. Kept in memory, from each silo's start on.
/// </summary>
/// <param name="Since">When the first of the silos began to count.</param>
/// <param name="Looks">How often it was looked at, every ten seconds in each silo; not while an operator has it out of use.</param>
/// <param name="InService">Looks at which it was in use: neither quarantined nor left alone for its silence.</param>
/// <param name="Asked">Questions put to it.</param>
/// <param name="Answered">Those that it answered in a form that can be read, refusals of the question's own fault among them.</param>
/// <param name="Contradictions">Answers that others, or proofs, contradicted.</param>
/// <param name="Times">How many answers took up to 1, 2, 4 … 16384 ms, and longer (<see cref="TimeSteps"/> counts).</param>
[GenerateSerializer, Immutable, Alias("tpw.node-service")]
public sealed record NodeService(Instant Since, long Looks, long InService, long Asked, long Answered, long Contradictions, ImmutableArray<long> Times)
{
    public const int TimeSteps = 16;

    /// <summary>What parts are told of: thousandths of a percent.</summary>
    public const int Whole = 100_000;

    private const long PerMille = 1_000;

    /// <summary>Part of the looks at which it was in use; all before the first.</summary>
    [JsonIgnore]
    public long Availability => Part(InService, Looks);

    /// <summary>Part of the questions that it answered.</summary>
    [JsonIgnore]
    public long Reliability => Part(Answered, Asked);

    /// <summary>Part of its answers that nothing contradicted.</summary>
    [JsonIgnore]
    public long Consistency => Part(Math.Max(0, Answered - Contradictions), Answered);

    /// <summary>The step of <see cref="Times"/> that an answer counts in.</summary>
    public static int StepOf(TimeSpan took) => took.TotalMilliseconds <= 1
        ? 0
        : Math.Min(TimeSteps - 1, BitOperations.Log2((ulong)Math.Ceiling(took.TotalMilliseconds) - 1) + 1);

    /// <summary>Milliseconds within which this part of the answers came, rounded up to the next step; null without answers, and where it is beyond the longest step.</summary>
    /// <param name="perMille">From 0 to 1000, such as 990.</param>
    public long? Within(int perMille)
    {
        var wanted = ((perMille * Times.Sum()) + PerMille - 1) / PerMille;
        if (wanted == 0) return null;
        var seen = 0L;
        for (var step = 0; step < TimeSteps - 1; step++)
        {
            seen += Times[step];
            if (seen >= wanted) return 1L << step;
        }

        return null;
    }

    /// <summary>Both together.</summary>
    public NodeService Plus(NodeService other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(
            Since < other.Since ? Since : other.Since, Looks + other.Looks, InService + other.InService, Asked + other.Asked, Answered + other.Answered,
            Contradictions + other.Contradictions, [.. Times.Zip(other.Times, static (own, theirs) => own + theirs)]);
    }

    private static long Part(long of, long all) => all == 0 ? Whole : Whole * of / all;
}
