namespace TPWallet.Signer.Commands;

/// <summary>A command and its options, as given: "--name value" or "--flag". Unknown ones are refused, so that a typing error never weakens a setting.</summary>
internal sealed class SignerArguments
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    private SignerArguments(string command) => Command = command;

    public string Command { get; }

    /// <exception cref="SetUpException">An option is unknown, repeated or has no value.</exception>
    public static SignerArguments Parse(IReadOnlyList<string> arguments, params string[] known)
    {
        var parsed = new SignerArguments(arguments.Count > 0 ? arguments[0] : "");
        for (var i = 1; i < arguments.Count; i++)
        {
            var name = arguments[i];
            var isFlag = known.Contains(name + "!");
            if (!isFlag && !known.Contains(name)) throw new SetUpException($"{parsed.Command} has no option {name}; see --help.");
            if (!isFlag && i + 1 == arguments.Count) throw new SetUpException($"{name} needs a value.");
            if (!parsed._options.TryAdd(name, isFlag ? "" : arguments[++i])) throw new SetUpException($"{name} is given twice.");
        }

        return parsed;
    }

    public bool Has(string name) => _options.ContainsKey(name);

    public string? Find(string name) => _options.GetValueOrDefault(name);

    /// <exception cref="SetUpException">It is missing.</exception>
    public string Need(string name) => Find(name) ?? throw new SetUpException($"{Command} needs {name}; see --help.");
}
