using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace TPWallet.Tests.Architecture;

/// <summary>What a compiled assembly refers to, read from its metadata without loading it.</summary>
internal sealed class AssemblyReferences : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;

    private AssemblyReferences(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _metadata = _file.GetMetadataReader();
    }

    /// <summary>Opens an assembly from the folder of the tests; null where the tests do not depend on it.</summary>
    public static AssemblyReferences? Open(string assemblyName)
    {
        var path = Path.Combine(AppContext.BaseDirectory, assemblyName + ".dll");
        return File.Exists(path) ? new AssemblyReferences(path) : null;
    }

    /// <summary>Every type of another assembly that is mentioned anywhere: (assembly, namespace, name).</summary>
    public IEnumerable<(string Assembly, string Namespace, string Name)> Types()
    {
        foreach (var handle in _metadata.TypeReferences)
        {
            var type = _metadata.GetTypeReference(handle);
            yield return (AssemblyOf(type), _metadata.GetString(type.Namespace), _metadata.GetString(type.Name));
        }
    }

    /// <summary>Every member of another assembly's type that is used: (type with namespace, member).</summary>
    public IEnumerable<(string Type, string Member)> Members()
    {
        foreach (var handle in _metadata.MemberReferences)
        {
            var member = _metadata.GetMemberReference(handle);
            yield return (TypeOf(member.Parent), _metadata.GetString(member.Name));
        }
    }

    public void Dispose() => _file.Dispose();

    private string AssemblyOf(TypeReference type) => type.ResolutionScope.Kind switch
    {
        HandleKind.AssemblyReference => _metadata.GetString(_metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name),
        HandleKind.TypeReference => AssemblyOf(_metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope)),
        _ => "",
    };

    private string TypeOf(EntityHandle parent) => parent.Kind switch
    {
        HandleKind.TypeReference => Name(_metadata.GetTypeReference((TypeReferenceHandle)parent)),
        HandleKind.TypeSpecification => GenericTypeOf(_metadata.GetTypeSpecification((TypeSpecificationHandle)parent)),
        _ => "",
    };

    // ECMA-335 II.23.2.14: GENERICINST (0x15), CLASS (0x12) or VALUETYPE (0x11), then the coded generic type.
    private string GenericTypeOf(TypeSpecification specification)
    {
        var blob = _metadata.GetBlobReader(specification.Signature);
        if (blob.ReadByte() != 0x15) return "";
        blob.ReadByte();
        var type = blob.ReadTypeHandle();
        return type.Kind == HandleKind.TypeReference ? Name(_metadata.GetTypeReference((TypeReferenceHandle)type)) : "";
    }

    private string Name(TypeReference type) => $"{_metadata.GetString(type.Namespace)}.{_metadata.GetString(type.Name)}";
}
