using System.Text;

namespace Fovea.Cli.Flags;

/// <summary>Names of code as names of the command line.</summary>
internal static class KebabCase
{
    /// <summary><c>OneCycle</c> as <c>one-cycle</c>; a capital at the very end belongs to the word before it (<c>AdamW</c>: <c>adamw</c>).</summary>
    public static string Of(string name)
    {
        var kebab = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            if (i > 0 && i < name.Length - 1 && char.IsUpper(name[i]))
            {
                kebab.Append('-');
            }

            kebab.Append(char.ToLowerInvariant(name[i]));
        }

        return kebab.ToString();
    }
}
