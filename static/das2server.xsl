<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="html" encoding="UTF-8" indent="yes"/>
  <!-- Shows the list of peers to people; programs read the XML itself. -->
  <xsl:template match="/das2server">
    <html lang="en">
      <head>
        <title>das2 servers</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <!-- Beside this file, whose address stands in the document. -->
        <link rel="stylesheet" href="{concat(substring-before(substring-after(/processing-instruction('xml-stylesheet'), 'href=&quot;'), 'das2server.xsl'), 'heliostream.css')}"/>
      </head>
      <body>
        <header><h1>das2 servers</h1></header>
        <main>
          <xsl:choose>
            <xsl:when test="peers/server">
              <table>
                <thead><tr><th scope="col">Server</th><th scope="col">Description</th></tr></thead>
                <tbody>
                  <xsl:for-each select="peers/server">
                    <tr>
                      <th scope="row"><a href="{url}"><xsl:value-of select="name"/></a></th>
                      <td><xsl:value-of select="description"/></td>
                    </tr>
                  </xsl:for-each>
                </tbody>
              </table>
            </xsl:when>
            <xsl:otherwise><p>This server names no others.</p></xsl:otherwise>
          </xsl:choose>
        </main>
      </body>
    </html>
  </xsl:template>
</xsl:stylesheet>
