using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace TPWallet.Tests.Runtime;

/// <summary>The public and protected members of an assembly as lines of text, read from its metadata without loading it (ECMA-335).</summary>
internal sealed class PublicSurface
{
    private readonly MetadataReader _reader;
    private readonly SignatureNames _names;

    private PublicSurface(MetadataReader reader)
    {
        _reader = reader;
        _names = new SignatureNames();
    }

    /// <summary>Per public type: its own line, what it implements, and its members.</summary>
    public static IReadOnlyDictionary<string, TypeSurface> Of(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var surface = new PublicSurface(file.GetMetadataReader());
        return surface._reader.TypeDefinitions
            .Select(surface._reader.GetTypeDefinition)
            .Where(surface.IsVisible)
            .Select(surface.Read)
            .ToDictionary(type => type.Name);
    }

    private bool IsVisible(TypeDefinition type) => (type.Attributes & TypeAttributes.VisibilityMask) switch
    {
        TypeAttributes.Public => true,
        TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem =>
            IsVisible(_reader.GetTypeDefinition(type.GetDeclaringType())),
        _ => false,
    };

    private TypeSurface Read(TypeDefinition type)
    {
        var name = SignatureNames.NameOf(_reader, type);
        var context = Generics(type.GetGenericParameters());
        var parent = type.BaseType.IsNil ? "" : _names.Name(_reader, type.BaseType, context);
        var line = $"{name} : {parent} [{type.Attributes & (TypeAttributes.Interface | TypeAttributes.Abstract | TypeAttributes.Sealed)}]";
        var interfaces = type.GetInterfaceImplementations()
            .Select(handle => _names.Name(_reader, _reader.GetInterfaceImplementation(handle).Interface, context)).ToHashSet();
        var members = type.GetMethods().Select(_reader.GetMethodDefinition).Where(IsVisible).Select(method => Method(method, context))
            .Concat(type.GetFields().Select(_reader.GetFieldDefinition).Where(IsVisible).Select(field => Field(field, context))).ToHashSet();
        return new TypeSurface(name, line, interfaces, members);
    }

    private static bool IsVisible(MethodDefinition method) => (method.Attributes & MethodAttributes.MemberAccessMask)
        is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;

    private static bool IsVisible(FieldDefinition field) => (field.Attributes & FieldAttributes.FieldAccessMask)
        is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    private string Method(MethodDefinition method, IReadOnlyList<string> typeGenerics)
    {
        var generics = method.GetGenericParameters().Select(_reader.GetGenericParameter).ToArray();
        var signature = method.DecodeSignature(_names, typeGenerics);
        var parameters = method.GetParameters().Select(_reader.GetParameter).Where(parameter => parameter.SequenceNumber > 0)
            .Select(parameter => signature.ParameterTypes[parameter.SequenceNumber - 1]
                + $" {_reader.GetString(parameter.Name)}{Default(parameter.GetDefaultValue())}");
        var constraints = string.Concat(generics.Select(generic => Constraints(generic, typeGenerics)));
        var kind = method.Attributes & (MethodAttributes.Static | MethodAttributes.Abstract);
        var isOpen = (method.Attributes & MethodAttributes.Virtual) != 0 && (method.Attributes & MethodAttributes.Final) == 0;
        var access = (method.Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public ? "public" : "protected";
        return $"{access} [{kind}{(isOpen ? ", Virtual" : "")}] {signature.ReturnType} {_reader.GetString(method.Name)}"
            + $"`{generics.Length}({string.Join(", ", parameters)}){constraints}";
    }

    private string Constraints(GenericParameter generic, IReadOnlyList<string> typeGenerics)
    {
        var types = generic.GetConstraints().Select(handle => _names.Name(_reader, _reader.GetGenericParameterConstraint(handle).Type, typeGenerics));
        var special = generic.Attributes & GenericParameterAttributes.SpecialConstraintMask;
        return $" where {generic.Index}: {special} {string.Join(", ", types)}".TrimEnd();
    }

    private string Field(FieldDefinition field, IReadOnlyList<string> typeGenerics) =>
        $"[{field.Attributes & (FieldAttributes.Static | FieldAttributes.InitOnly | FieldAttributes.Literal)}] "
        + $"{field.DecodeSignature(_names, typeGenerics)} {_reader.GetString(field.Name)}{Default(field.GetDefaultValue())}";

    private string Default(ConstantHandle handle)
    {
        if (handle.IsNil)
            return "";
        var constant = _reader.GetConstant(handle);
        var value = _reader.GetBlobReader(constant.Value).ReadConstant(constant.TypeCode);
        return string.Create(CultureInfo.InvariantCulture, $" = {value ?? "null"}");
    }

    private string[] Generics(GenericParameterHandleCollection handles) => [.. handles.Select((_, index) => $"!{index}")];
}

/// <summary>One public type.</summary>
internal sealed record TypeSurface(string Name, string Line, IReadOnlySet<string> Interfaces, IReadOnlySet<string> Members);

/// <summary>Types in signatures, named without their assembly.</summary>
internal sealed class SignatureNames : ISignatureTypeProvider<string, IReadOnlyList<string>>
{
    public static string NameOf(MetadataReader reader, TypeDefinition type)
    {
        var name = reader.GetString(type.Name);
        if (!type.GetDeclaringType().IsNil)
            return $"{NameOf(reader, reader.GetTypeDefinition(type.GetDeclaringType()))}+{name}";
        var space = reader.GetString(type.Namespace);
        return space.Length == 0 ? name : $"{space}.{name}";
    }

    public string Name(MetadataReader reader, EntityHandle handle, IReadOnlyList<string> context) => handle.Kind switch
    {
        HandleKind.TypeDefinition => GetTypeFromDefinition(reader, (TypeDefinitionHandle)handle, 0),
        HandleKind.TypeReference => GetTypeFromReference(reader, (TypeReferenceHandle)handle, 0),
        HandleKind.TypeSpecification => GetTypeFromSpecification(reader, context, (TypeSpecificationHandle)handle, 0),
        _ => throw new BadImageFormatException($"{handle.Kind} is no type."),
    };

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        NameOf(reader, reader.GetTypeDefinition(handle));

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
            return $"{GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, 0)}+{name}";
        return type.Namespace.IsNil ? name : $"{reader.GetString(type.Namespace)}.{name}";
    }

    public string GetTypeFromSpecification(
        MetadataReader reader, IReadOnlyList<string> genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => $"System.{typeCode}";

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{new string(',', shape.Rank - 1)}]";

    public string GetSZArrayType(string elementType) => $"{elementType}[]";

    public string GetByReferenceType(string elementType) => $"{elementType}&";

    public string GetPointerType(string elementType) => $"{elementType}*";

    public string GetPinnedType(string elementType) => elementType;

    public string GetFunctionPointerType(MethodSignature<string> signature) => "fnptr";

    public string GetGenericInstantiation(string genericType, System.Collections.Immutable.ImmutableArray<string> typeArguments) =>
        $"{genericType}<{string.Join(", ", typeArguments)}>";

    public string GetGenericMethodParameter(IReadOnlyList<string> genericContext, int index) => $"!!{index}";

    public string GetGenericTypeParameter(IReadOnlyList<string> genericContext, int index) => $"!{index}";

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => $"{unmodifiedType} mod({modifier})";
}
