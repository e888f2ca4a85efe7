using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Text.RegularExpressions;
using Fovea.Testing;

namespace Fovea.Architecture.Tests;

/// <summary>
/// Which of a project's folders refer to which, from the compiled assembly: a member's folder is that of the file its code stands in, as
/// the debugging symbols say, so that partial types are told apart; a type's is that of the file that is called like it.
/// </summary>
internal sealed class FolderReferences
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly Dictionary<short, OpCode> s_opCodes = typeof(OpCodes).GetFields().Select(f => (OpCode)f.GetValue(null)!).ToDictionary(o => o.Value);

    // Assemblies that are not called like their project.
    private static readonly Dictionary<string, string> s_assemblies = new() { ["Fovea.Cli"] = "fovea" };

    private readonly string _root;
    private readonly Assembly _assembly;
    private readonly Dictionary<int, string> _folderOfMethod = [];
    private readonly Dictionary<string, string> _folderOfType = [];
    private readonly SortedDictionary<(string From, string To), SortedSet<string>> _edges = [];

    public FolderReferences(string project)
    {
        _root = Path.Combine(Repository.Root, "src", project);
        _assembly = Assembly.Load(s_assemblies.GetValueOrDefault(project, project));
        ReadSymbols();
        foreach (string file in Sources.Under(project))
        {
            foreach (Match match in Regex.Matches(File.ReadAllText(file), @"(?m)^(?:[a-z]+ )*(?:class|struct|interface|enum|record|delegate [\w<>\[\], ]+?) ([A-Z]\w*)"))
            {
                // The file of a type's own name has the last word.
                if (Path.GetFileNameWithoutExtension(file) == match.Groups[1].Value || !_folderOfType.ContainsKey(match.Groups[1].Value))
                {
                    _folderOfType[match.Groups[1].Value] = Folder(file);
                }
            }
        }

        foreach (Type type in _assembly.GetTypes())
        {
            Collect(type);
        }
    }

    /// <summary>Each pair of folders where the first refers to the second, with the names of who does and of what.</summary>
    public IReadOnlyDictionary<(string From, string To), SortedSet<string>> Edges => _edges;

    /// <summary>The folder below the project's; empty for files beside the project file, and for generated ones.</summary>
    private string Folder(string file) => Path.GetRelativePath(_root, file).Replace('\\', '/').Split('/') is { Length: > 1 } parts && parts[0] != "obj"
        ? parts[0]
        : string.Empty;

    private void ReadSymbols()
    {
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(_assembly.Location, ".pdb")));
        MetadataReader reader = provider.GetMetadataReader();
        string marker = $"/src/{Path.GetFileName(_root)}/";
        foreach (MethodDebugInformationHandle handle in reader.MethodDebugInformation)
        {
            MethodDebugInformation method = reader.GetMethodDebugInformation(handle);
            if (!method.Document.IsNil)
            {
                string path = reader.GetString(reader.GetDocument(method.Document).Name).Replace('\\', '/');
                int at = path.LastIndexOf(marker, StringComparison.Ordinal);
                if (at >= 0)
                {
                    _folderOfMethod[MetadataTokens.GetToken(handle.ToDefinitionHandle())] = Folder(Path.Combine(_root, path[(at + marker.Length)..]));
                }
            }
        }
    }

    private void Collect(Type type)
    {
        string home = Home(type);
        Refer(home, type, type.BaseType);
        Array.ForEach(type.GetInterfaces(), i => Refer(home, type, i));
        Array.ForEach(type.GetFields(Declared), f => Refer(home, type, f.FieldType));
        foreach (MethodBase method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
        {
            string from = Home(method);
            Array.ForEach(method.GetParameters(), p => Refer(from, type, p.ParameterType));
            Refer(from, type, (method as MethodInfo)?.ReturnType);
            foreach (MemberInfo used in Used(method))
            {
                Refer(from, type, used);
            }
        }
    }

    private void Refer(string from, Type who, MemberInfo? what)
    {
        if (what is Type { HasElementType: true } array)
        {
            Refer(from, who, array.GetElementType());
            return;
        }

        if (what is Type { IsGenericType: true } generic)
        {
            Array.ForEach(generic.GetGenericArguments(), t => Refer(from, who, t));
        }

        if (what is MethodInfo { IsGenericMethod: true } method)
        {
            Array.ForEach(method.GetGenericArguments(), t => Refer(from, who, t));
        }

        if (what is null or Type { IsGenericParameter: true } || what.Module.Assembly != _assembly)
        {
            return;
        }

        string to = what is MethodBase m ? Home(m) : Home(what as Type ?? what.DeclaringType!);
        if (from.Length > 0 && to.Length > 0 && from != to)
        {
            if (!_edges.TryGetValue((from, to), out SortedSet<string>? names))
            {
                _edges[(from, to)] = names = new SortedSet<string>(StringComparer.Ordinal);
            }

            names.Add($"{Outermost(who).Name} → {Outermost(what as Type ?? what.DeclaringType!).Name}{(what is Type ? string.Empty : "." + what.Name)}");
        }
    }

    private string Home(MethodBase method) => _folderOfMethod.TryGetValue(method.MetadataToken, out string? folder) ? folder : Home(method.DeclaringType!);

    private string Home(Type type) => _folderOfType.GetValueOrDefault(Outermost(type).Name.Split('`')[0], string.Empty);

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    /// <summary>The members that a method's code names.</summary>
    private static IEnumerable<MemberInfo> Used(MethodBase method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[]? ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int at = 0; at < code.Length;)
        {
            OpCode op = code[at] == 0xFE ? s_opCodes[(short)(0xFE00 | code[at + 1])] : s_opCodes[code[at]];
            at += op.Size;
            switch (op.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok:
                    yield return method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod)!;
                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + 4 * BitConverter.ToInt32(code, at);
                    break;
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    at++;
                    break;
                case OperandType.InlineVar:
                    at += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    at += 8;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }
}
