import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** Verifies archives as jarsigner does, many in one run: how many entries each has that a signer covers; -1 for one that is refused. */
public class Verify {
    public static void main(String[] arguments) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (String name : Files.readAllLines(Path.of(arguments[0]))) {
            int covered = 0;
            try (JarFile jar = new JarFile(new File(name), true)) {
                List<JarEntry> entries = Collections.list(jar.entries());
                for (JarEntry entry : entries) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        while (in.read(buffer) >= 0) {
                        }
                    }
                }
                for (JarEntry entry : entries) {
                    covered += entry.getCodeSigners() == null ? 0 : 1;
                }
            } catch (SecurityException | IOException | IllegalArgumentException refused) {
                covered = -1;
            }
            System.out.println(covered);
        }
    }
}
