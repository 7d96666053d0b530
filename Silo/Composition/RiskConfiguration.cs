using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo.Gateway;

namespace TPWallet.Silo.Composition;

/// <summary>The section <c>Risk</c> of the silo's configuration (docs/risk.md). The same in every silo of a cluster.</summary>
internal static class RiskConfiguration
{
    private const long HourMs = 3_600_000;

    public static RiskSettings Read(IConfigurationSection risk)
    {
        var standard = RiskSettings.Default;

        // Risk:Mode: "Shadow" (default) or "Enforced", for accounts whose members did not decide on something stricter.
        if (!Enum.TryParse<RiskMode>(risk["Mode"] ?? nameof(RiskMode.Shadow), out var mode) || !Enum.IsDefined(mode))
            throw Wrong(risk, "Mode", "Shadow or Enforced", risk["Mode"]!);

        // Risk:PatienceHours (default 72): after so long without a decision only the override quorum can release a case.
        var patience = Hours(risk, "PatienceHours", standard.Terms.Patience);

        // Risk:ReleaseHours (default 24): how long a release holds.
        var release = Hours(risk, "ReleaseHours", standard.Terms.ApprovalLife);

        // Risk:Override:n: names of reviewers who can release an overdue case; default nobody. Risk:OverrideApprovals (default 2 where there are names): how many.
        var names = risk.GetSection("Override").GetChildren().Select(entry => Name.TryParse(entry.Value, out var name)
            ? name
            : throw Wrong(entry.Path, Name.Form, entry.Value ?? "nothing")).ToImmutableArray();
        var needed = names.IsEmpty ? 0 : (int)Number(risk, "OverrideApprovals", CaseRelease.Persons);
        if (!names.IsEmpty && (needed < CaseRelease.Persons || needed > names.Length))
            throw Wrong(risk, "OverrideApprovals", $"{CaseRelease.Persons} to {names.Length}, the number of names", $"{needed}");

        // Risk:Assets:n:Asset, Class (default Erc20 or, for a coin, Native), Reference (base units): the amount that counts as great, such as a reporting threshold.
        // Risk:Verdicts: "None" (default), "Cases" (nothing held goes on before an outside service's verdict), "Unscreened" (and what is worth enough is held for one).
        if (!Enum.TryParse<VerdictUse>(risk["Verdicts"] ?? nameof(VerdictUse.None), out var verdicts) || !Enum.IsDefined(verdicts))
            throw Wrong(risk, "Verdicts", string.Join(", ", Enum.GetNames<VerdictUse>()), risk["Verdicts"]!);

        // Risk:VerdictsFrom (thousandths of an asset's reference amount; default 10000): from this worth on, where Risk:Verdicts is Unscreened.
        var from = Number(risk, "VerdictsFrom", 10_000);

        // Risk:VerdictHours (default 24): so long a verdict is waited for, where nothing else is missing, before the override quorum can decide.
        var verdictPatience = Hours(risk, "VerdictHours", standard.VerdictPatience);
        var policy = StandardRiskPolicy.Of([.. risk.GetSection("Assets").GetChildren().Select(ReadAsset)], verdicts == VerdictUse.Unscreened ? from : null);
        if (RiskPolicyForm.Check(policy) is { } unfit) throw Wrong(risk, "Assets", unfit.Expected, unfit.Actual);

        // Risk:ListsFile: a JSON file of lists (docs/risk.md); default none. Read at the start.
        var lists = risk["ListsFile"] is { Length: > 0 } file ? ReadLists(risk, file) : [];
        var terms = new CaseTerms(verdicts != VerdictUse.None, patience, release, names, needed, false);
        return new(mode, policy, terms, lists) { VerdictPatience = verdictPatience };
    }

    private static AssetReference ReadAsset(IConfigurationSection entry)
    {
        if (!AssetId.TryParse(entry["Asset"], out var asset)) throw Wrong(entry, "Asset", AssetId.Form, entry["Asset"] ?? "nothing");
        var standard = asset.IsNative ? nameof(AssetClass.Native) : nameof(AssetClass.Erc20);
        if (!Enum.TryParse<AssetClass>(entry["Class"] ?? standard, out var kind) || !Enum.IsDefined(kind))
            throw Wrong(entry, "Class", string.Join(", ", Enum.GetNames<AssetClass>()), entry["Class"]!);
        return UInt256.TryParse(entry["Reference"], out var reference) && !reference.IsZero
            ? new(asset, kind, reference)
            : throw Wrong(entry, "Reference", "base units above zero", entry["Reference"] ?? "nothing");
    }

    private static ImmutableArray<PartyList> ReadLists(IConfigurationSection risk, string file)
    {
        if (!File.Exists(file)) throw Wrong(risk, "ListsFile", "a file", file);
        try
        {
            var lists = JsonSerializer.Deserialize(File.ReadAllBytes(file), RiskFileJson.Default.ImmutableArrayPartyListEntry);
            if (lists.IsDefault || lists.Length > PartyList.MaxLists || lists.Any(list => list.Parties.Length > PartyList.MaxParties))
                throw Wrong(risk, "ListsFile", $"at most {PartyList.MaxLists} lists of {PartyList.MaxParties} parties", file);
            return [.. lists.Select(list => new PartyList(
                list.Name, list.Version, list.Kind, list.ExpiresAt, list.Parties.ToHashSet(StringComparer.Ordinal)))];
        }
        catch (JsonException wrong)
        {
            throw Wrong(risk, "ListsFile", "lists as docs/risk.md shows them", wrong.Message);
        }
    }

    private static Span Hours(IConfigurationSection risk, string key, Span standard) => Number(risk, key, standard.Ms / HourMs) is > 0 and <= 24 * 366 and var hours
        ? Span.Hours(hours)
        : throw Wrong(risk, key, "1 to 8784 hours", risk[key]!);

    private static long Number(IConfigurationSection section, string key, long standard) =>
        section[key] is not { } text ? standard
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Wrong(section, key, "a whole number", text);

    private static SetUpException Wrong(IConfigurationSection section, string key, string expected, string actual) => Wrong($"{section.Path}:{key}", expected, actual);

    private static SetUpException Wrong(string path, string expected, string actual) => new($"Configuration key {path}: expected {expected}, got {actual}.");
}

/// <summary>When an outside service is asked.</summary>
internal enum VerdictUse
{
    /// <summary>Never.</summary>
    None,

    /// <summary>Of every case: no case is approved without a verdict.</summary>
    Cases,

    /// <summary>Of every case, and of every payment and deposit of enough worth.</summary>
    Unscreened,
}

/// <summary>One list as the file writes it.</summary>
internal sealed record PartyListEntry(Name Name, int Version, ListKind Kind, Instant ExpiresAt, ImmutableArray<string> Parties);

/// <summary>The form of the file of lists.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 8)]
[JsonSerializable(typeof(ImmutableArray<PartyListEntry>))]
internal sealed partial class RiskFileJson : JsonSerializerContext;
