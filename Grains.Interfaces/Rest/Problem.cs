namespace TPWallet.Grains.Interfaces.Rest;

/// <summary>A refusal over REST: problem details (RFC 9457) with the stable code and what was expected and what came.</summary>
/// <param name="Type">"urn:tpw:problem:" and the code.</param>
/// <param name="Title">One sentence for people.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">Stable: match on this.</param>
/// <param name="Reasons">Ids of the rules that decided, where rules did.</param>
public sealed record Problem(
    string Type, string Title, int Status, RejectionCode Code, string Expected, string Actual, ImmutableArray<string> Reasons)
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>The refusal as the problem that tells of it.</summary>
    public static Problem Of(Rejection rejection, int status) => new(
        $"urn:tpw:problem:{rejection.Code}",
        $"Refused: {rejection.Code}",
        status,
        rejection.Code,
        rejection.Expected,
        rejection.Actual,
        rejection.Reasons);

    /// <summary>The refusal that this problem tells of.</summary>
    public Rejection ToRejection() => new(Code, Expected, Actual, Reasons);
}
