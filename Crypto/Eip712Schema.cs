using System.Text;

namespace TPWallet.Crypto;

/// <summary>The checked struct types of one typed-data object, with their encodeType strings and type hashes worked out once.</summary>
internal sealed class Eip712Schema
{
    private readonly Dictionary<string, StructType> _structs;

    private Eip712Schema(Dictionary<string, StructType> structs) => _structs = structs;

    internal sealed record Member(string Name, SolidityType Type);

    internal sealed record StructType(string Name, ImmutableArray<Member> Members, string EncodeType, byte[] TypeHash);

    internal StructType? Find(string name) => _structs.GetValueOrDefault(name);

    internal static Eip712Schema? Create(IReadOnlyDictionary<string, IReadOnlyList<TypedField>> types, out Eip712Refusal? refusal)
    {
        refusal = null;
        if (types.Count > TypedData.MaximumTypes)
            return Refuse(out refusal, "types", Eip712Codes.TooManyTypes, $"at most {TypedData.MaximumTypes}", $"{types.Count}");
        var members = new Dictionary<string, ImmutableArray<Member>>(StringComparer.Ordinal);
        foreach (var (name, fields) in types)
        {
            if (!SolidityType.IsIdentifier(name) || SolidityType.ParseAtomic(name) is not null)
                return Refuse(out refusal, "types", Eip712Codes.TypeNameInvalid, "an identifier that is no atomic type", name);
            if (Members(name, fields, types, out refusal) is not { } list) return null;
            members.Add(name, list);
        }

        var structs = new Dictionary<string, StructType>(StringComparer.Ordinal);
        foreach (var (name, list) in members)
        {
            var text = EncodeType(name, members, types);
            structs.Add(name, new StructType(name, list, text, Keccak256.Hash(Encoding.UTF8.GetBytes(text))));
        }

        return new Eip712Schema(structs);
    }

    private static ImmutableArray<Member>? Members(
        string name, IReadOnlyList<TypedField> fields, IReadOnlyDictionary<string, IReadOnlyList<TypedField>> types, out Eip712Refusal? refusal)
    {
        refusal = null;
        if (fields.Count > TypedData.MaximumFields)
            return Fail(out refusal, $"types.{name}", Eip712Codes.TooManyFields, $"at most {TypedData.MaximumFields}", $"{fields.Count}");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var members = ImmutableArray.CreateBuilder<Member>(fields.Count);
        foreach (var field in fields)
        {
            var path = $"types.{name}";
            if (!SolidityType.IsIdentifier(field.Name))
                return Fail(out refusal, path, Eip712Codes.FieldNameInvalid, "an identifier", field.Name);
            if (!seen.Add(field.Name)) return Fail(out refusal, path, Eip712Codes.FieldDuplicate, "distinct names", field.Name);
            if (SolidityType.Parse(field.Type) is not { } type || (type.ReferencedName is { } reference && !types.ContainsKey(reference)))
                return Fail(out refusal, $"{path}.{field.Name}", Eip712Codes.TypeUnknown, "an atomic type or a struct of this object", field.Type);
            members.Add(new Member(field.Name, type));
        }

        return members.MoveToImmutable();
    }

    /// <summary>EIP-712, "Definition of encodeType": the struct itself, then every struct it reaches, sorted by name.</summary>
    private static string EncodeType(
        string name, Dictionary<string, ImmutableArray<Member>> members, IReadOnlyDictionary<string, IReadOnlyList<TypedField>> types)
    {
        var reached = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([name]);
        while (open.TryDequeue(out var current))
        {
            foreach (var member in members.TryGetValue(current, out var own) ? own : [])
            {
                if (member.Type.ReferencedName is { } reference && reached.Add(reference)) open.Enqueue(reference);
            }
        }

        _ = reached.Remove(name);
        var text = new StringBuilder();
        foreach (var part in reached.Prepend(name))
            text.Append(part).Append('(').AppendJoin(',', types[part].Select(field => $"{field.Type} {field.Name}")).Append(')');
        return text.ToString();
    }

    private static ImmutableArray<Member>? Fail(out Eip712Refusal? refusal, string path, string code, string expected, string actual)
    {
        refusal = Eip712Refusal.At(path, code, expected, actual);
        return null;
    }

    private static Eip712Schema? Refuse(out Eip712Refusal? refusal, string path, string code, string expected, string actual)
    {
        refusal = Eip712Refusal.At(path, code, expected, actual);
        return null;
    }
}
